"""Crashes one behind the other, each followed by a look at everything that was ever promised."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bson import ObjectId

from aura_gql.bounds import create_counters
from aura_gql.infra.mongo import init_documents
from aura_gql.infra.orphans import abort_orphans
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.records import NewProject
from aura_gql.server import DOCUMENTS, Server, Surroundings
from tests.support.api import SECRET, settings_for
from tests.support.crashes.archives import Archives
from tests.support.crashes.rounds import rounds
from tests.support.crashes.verdict import Verdict
from tests.support.crashes.words import ArchivePromise, Order, Promise

PROJECTS = 2
MOMENTS = ("ready", "promise", "archive")
MOST_S = 0.08
CRASHES_A_SYNC = 4
"""Every so many the process has sandboxes, too: these have to start first."""
CRASHES_A_PROJECT = 25
"""After so many another user gets new ones: what is looked at grows, and what dead servers had reserved stays so."""


@dataclass
class Damage:
    """What so many crashes did: versions and archives that had been acknowledged, and what was wrong afterwards."""

    crashes: int = 0
    promised: int = 0
    archives: int = 0
    wrong: list[str] = field(default_factory=list)


async def crashes(uri: str, database: str, folder: Path, count: int, chance: random.Random) -> AsyncIterator[Damage]:
    """The sum of all crashes so far, behind each."""
    settings = settings_for(folder, database)
    server = Server(settings, Surroundings(uri, SECRET, is_exclusive=True), create_counters(settings))
    damage = Damage()
    await init_documents(server.database, DOCUMENTS)
    try:
        async with rounds() as killing:
            for number in range(count):
                if number % CRASHES_A_PROJECT == 0:
                    owner = f"user-{number}"
                    verdicts = [Verdict(server, owner, await _project(owner)) for _ in range(PROJECTS)]
                    archives = Archives(server, verdicts[0].project_id)
                projects = tuple(str(verdict.project_id) for verdict in verdicts)
                syncs = number % CRASHES_A_SYNC == 0
                order = Order(uri, database, str(folder), owner, projects, chance.randrange(1 << 32), syncs)
                until = "pull" if syncs else chance.choice(MOMENTS)
                promises = await killing.killed(order, chance.random() * MOST_S, until)
                damage.wrong += [f"crash {number}: {one}" async for one in _look(server, verdicts, archives, promises)]
                damage.crashes += 1
                damage.promised += sum(len(promise.files) for promise in promises if isinstance(promise, Promise))
                damage.archives += sum(isinstance(promise, ArchivePromise) for promise in promises)
                yield damage
        await abort_orphans(server.database.client)
        await server.services.archives.recover()
        await server.jobs.start()
        await archives.settled()
        damage.wrong += [f"at the end: {one}" async for one in _look(server, verdicts, archives, [])]
        yield damage
    finally:
        await server.jobs.stop()
        # The machines are gone with their servers, what was around them is not.
        await server.services.sandboxes.recover(exclusive=True)
        for provider in server.providers.values():
            await provider.close()
        # Else nothing of it can be dropped for a minute.
        await abort_orphans(server.database.client)
        await server.database.client.close()


async def _look(
    server: Server, verdicts: Sequence[Verdict], archives: Archives, promises: Sequence[Promise | ArchivePromise]
) -> AsyncIterator[str]:
    """What is wrong with what is there."""
    for verdict in verdicts:
        await verdict.look([promise for promise in promises if isinstance(promise, Promise)])
        for wrong in verdict.taken():
            yield wrong
    for wrong in await archives.look([promise for promise in promises if isinstance(promise, ArchivePromise)]):
        yield wrong
    # Only read: what a dead transaction holds can't be written to yet.
    quotas, owner = server.services.quotas, verdicts[0].owner
    stored, counted = await quotas.stored(owner), await quotas.count(owner)
    if stored.usage != counted:
        yield f"the user is counted for {stored.usage} and has {counted}"


async def _project(owner: str) -> ObjectId:
    """A project that is READY, without a file."""
    project_id, wish = ObjectId(), NewProject(name="A project", template_id=ObjectId())
    await ProjectDocument.add(project_id, owner, wish, SandboxProviderName.LOCAL)
    documents = ProjectDocument.get_pymongo_collection()
    await documents.update_one({"_id": project_id}, {"$set": {"status": "READY"}})
    return project_id
