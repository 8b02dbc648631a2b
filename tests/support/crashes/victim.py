"""The process that is killed: the services over a real database and blob store, and writers who never rest."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
import uvloop
from beanie import init_beanie
from bson import ObjectId

from aura_gql.bounds import create_counters
from aura_gql.files.archives.service import ArchiveService
from aura_gql.infra.orphans import abort_orphans
from aura_gql.server import DOCUMENTS, Server, Surroundings
from aura_gql.storage.archives.values import ArchiveFormat
from tests.support.api import SECRET, settings_for
from tests.support.crashes.pullers import Puller
from tests.support.crashes.words import ArchivePromise, Order
from tests.support.crashes.writers import Batcher, Saver, User, Writer

ARCHIVES = 4


def run(order: Order) -> None:
    """Write until somebody kills this process, and tell each write as soon as it is acknowledged."""
    # What is told goes to the standard output, and nothing else may.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_write(order))


async def _write(order: Order) -> None:
    settings = settings_for(Path(order.folder), order.database)
    server = Server(settings, Surroundings(order.uri, SECRET, is_exclusive=True), create_counters(settings))
    # The test has made the indexes.
    await init_beanie(database=server.database, document_models=list(DOCUMENTS), skip_indexes=True)
    await abort_orphans(server.database.client)
    await server.services.archives.recover()
    await server.jobs.start()
    if order.syncs:
        await server.services.sandboxes.recover(exclusive=True)
    chance = random.Random(order.seed)
    writers = [writer async for writer in _writers(order, server, chance)]
    os.write(1, b'{"ready": true}\n')
    async with asyncio.TaskGroup() as group:
        for writer in writers:
            group.create_task(_for_ever(writer))
        group.create_task(_archive_for_ever(server.services.archives, order))


async def _writers(order: Order, server: Server, chance: random.Random) -> AsyncIterator[Writer]:
    """One of each kind in each project, who know what is there."""
    for project in order.projects:
        project_id = ObjectId(project)
        tree = (await server.services.files.tree([project_id]))[project_id]
        users = (User(server.services, order.owner, project_id, random.Random(chance.random())) for _ in range(3))
        yield Saver(next(users), tree)
        yield Batcher(next(users), tree)
        if order.syncs:
            yield await Puller.start(next(users), tree)


async def _archive_for_ever(archives: ArchiveService, order: Order) -> None:
    """Archive one of the projects again and again, and remove what is old."""
    project_id = ObjectId(order.projects[0])
    while True:
        for old in (await archives.of_projects([project_id]))[project_id][ARCHIVES:]:
            if old.is_settled:
                os.write(1, ArchivePromise(str(old.id), None).to_line())
                await archives.remove(order.owner, old.id)
        asked = await archives.create(order.owner, project_id, ArchiveFormat.ZIP)
        seen = [archive async for archive in archives.follow(order.owner, asked.id)]
        if facts := seen[-1].facts:
            os.write(1, ArchivePromise(str(asked.id), facts.sha256).to_line())


async def _for_ever(writer: Writer) -> None:
    while True:
        os.write(1, (await writer.write()).to_line())
        if isinstance(writer, Puller):
            os.write(1, b'{"pull": true}\n')
