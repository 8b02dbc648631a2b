"""What users are told where a vendor fails them: whole output, true ends, errors in bounded time, and no secrets."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from aura_gql.infra.mongo import Database, MongoDocument
from aura_gql.infra.telemetry import configure_logging
from aura_gql.kernel.providers import SandboxProviderName
from tests.support.api import Data, Member, running_api
from tests.support.emptied_database import EmptiedDatabase
from tests.support.examples import example
from tests.support.journeys import CREATE_SANDBOX, SANDBOX_CHANGED, ready_project
from tests.support.logs import logging_restored
from tests.support.operations import APPLY, RUN
from tests.support.vendors.clouds import ASKED, Cloud
from tests.support.vendors.faults import Fault
from tests.support.vendors.places import Place, place
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARK = "canary"
HOUR_S = 3600
SYNC, STOP = example("SyncProjectToSandbox"), example("StopSandbox")
SANDBOX = "query ($id: ID!) { sandbox(id: $id) { status statusReason } }"
OUTPUT = """subscription ($id: ID!) { executionOutput(id: $id) {
    __typename
    ... on ExecutionOutputBatch { firstSequence lastSequence chunks { sequence stream text } }
    ... on ExecutionFinished { lastSequence execution { status exitCode signal errorType errorMessage } }
} }"""
LINES = 15_000
# Both streams side by side, a MB and a half each.
PRINTS = f"seq -f '%0100.0f' {LINES} & seq -f '%0100.0f' {LINES} >&2; wait; exit 7"
# Ends once a file comes that the project gets meanwhile, with what is in the others.
WAITS = "echo begun; while [ ! -e end.txt ]; do sleep 0.1; done; cat fault-*.txt; exit 7"
CUT_AT = (100_000, 1, 300_001, 4_097, 65_537, 30_000)


@dataclass(frozen=True)
class Elsewhere:
    """A vendor, and a project whose sandboxes run there."""

    place: Place
    cloud: Cloud
    ada: Member
    project: str
    database: Database

    async def started(self) -> str:
        """The id of a new sandbox that runs."""
        payload = (await self.ada.execute(CREATE_SANDBOX, input={"projectId": self.project}))["createSandbox"]
        assert payload["errors"] == []
        sandbox = str(payload["sandbox"]["id"])
        async with aclosing(self.ada.subscribe(SANDBOX_CHANGED, sandboxId=sandbox)) as events:
            async for data in events:
                event = data["sandboxStatus"]
                assert event["status"] in ("PENDING", "STARTING", "RUNNING"), event["reason"]
                if event["status"] == "RUNNING":
                    break
        return sandbox

    async def run(self, sandbox: str, command: str) -> str:
        """The id of its execution."""
        wish = {"sandboxId": sandbox, "command": command}
        payload = (await self.ada.execute(RUN, input=wish))["runCommand"]
        assert payload["errors"] == []
        return str(payload["execution"]["id"])

    async def save(self, path: str, content: str) -> Data:
        """The answer to the creation of a file."""
        wish = {"projectId": self.project, "operations": [{"create": {"path": path, "content": content}}]}
        return await self.ada.execute(APPLY, input=wish)

    async def refused(self) -> str:
        """Why a new sandbox does not start."""
        payload = (await self.ada.execute(CREATE_SANDBOX, input={"projectId": self.project}))["createSandbox"]
        sandbox = str(payload["sandbox"]["id"])

        async def has_failed() -> bool:
            return (await self.status(sandbox))[0] == "ERROR"

        await until(has_failed)
        return (await self.status(sandbox))[1]

    async def runs(self, execution: str) -> bool:
        """Whether it has begun."""
        found = await self.ada.execute("query ($id: ID!) { execution(id: $id) { status } }", id=execution)
        return bool(found["execution"]["status"] == "RUNNING")

    async def stop(self, sandbox: str) -> None:
        """End it; returns when its vendor has nothing left."""
        assert (await self.ada.execute(STOP, input={"sandboxId": sandbox}))["stopSandbox"]["errors"] == []
        await until(lambda: self.place.machines() == 0)

    async def status(self, sandbox: str) -> tuple[str, str]:
        """Its status and why it has that."""
        found = (await self.ada.execute(SANDBOX, id=sandbox))["sandbox"]
        return found["status"], found["statusReason"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def elsewhere(
    mongodb_uri: str, emptied_database: EmptiedDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Sequence[Elsewhere]]:
    """Both vendors, their clocks an hour before and behind ours, and one server."""
    folder = tmp_path_factory.mktemp("faults")
    async with (
        AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client,
        place(SandboxProviderName.E2B) as e2b,
        place(SandboxProviderName.DAYTONA) as daytona,
    ):
        database = await emptied_database.lend(client)
        async with running_api(mongodb_uri, folder, database, providers={**e2b.settings, **daytona.settings}) as api:
            ada = await api.sign_in("ada")
            found = list[Elsewhere]()
            for each, skew_s in ((e2b, HOUR_S), (daytona, -HOUR_S)):
                assert each.cloud is not None
                each.cloud.skew(skew_s)
                project = await ready_project(ada, sandboxProvider=each.name)
                found.append(Elsewhere(each, each.cloud, ada, project, database))
            yield found
        await emptied_database.take_back(database)


async def test_output_is_whole_behind_streams_that_are_cut_again_and_again(elsewhere: Sequence[Elsewhere]) -> None:
    await asyncio.gather(*map(_prints_through_cuts, elsewhere))


async def _prints_through_cuts(there: Elsewhere) -> None:
    sandbox, faults = await there.started(), there.cloud.faults
    for cut_at in CUT_AT:
        faults.add(*there.cloud.stream, Fault(cut_at=cut_at))
    faults.add(*there.cloud.stream, Fault(cut_at=400_000), times=4)
    execution = await there.run(sandbox, PRINTS)
    there.cloud.cut()
    live = await _told(there.ada, execution)
    assert faults.count(*there.cloud.stream) > len(CUT_AT)
    faults.clear()
    for chunks, ends in (live, await _told(there.ada, execution)):
        assert [chunk["sequence"] for chunk in chunks] == list(range(1, len(chunks) + 1))
        for stream in ("STDOUT", "STDERR"):
            said = "".join(chunk["text"] for chunk in chunks if chunk["stream"] == stream)
            assert said == "".join(f"{number:0100}\n" for number in range(1, LINES + 1))
        (end,) = ends
        assert (end["status"], end["exitCode"], end["lastSequence"]) == ("FAILED", 7, len(chunks))
    await there.stop(sandbox)


async def test_a_machine_that_vanishes_is_lost_once_and_told_truthfully(elsewhere: Sequence[Elsewhere]) -> None:
    await asyncio.gather(*map(_vanishes, elsewhere))


async def _vanishes(there: Elsewhere) -> None:
    sandbox = await there.started()
    execution = await there.run(sandbox, "echo begun; sleep 600")
    has_begun = asyncio.Event()
    telling = asyncio.create_task(_told(there.ada, execution, has_begun))
    await has_begun.wait()
    await there.cloud.end_machines()
    chunks, ends = await telling
    assert [chunk["text"] for chunk in chunks] == ["begun\n"]
    (end,) = ends
    assert (end["status"], end["exitCode"], end["signal"], end["errorType"]) == ("LOST", None, None, "LOST")

    async def is_closed() -> bool:
        row = await there.database["sandbox_usage_analytics"].find_one({"provider": there.place.name, "open": True})
        return row is None

    await until(is_closed)
    assert await there.status(sandbox) == ("ERROR", f"{there.place.name} ended it, or does not know it any more.")


async def test_faults_under_way_are_told_in_time_and_nothing_of_the_vendors_words(
    elsewhere: Sequence[Elsewhere],
) -> None:
    log = io.StringIO()
    with logging_restored():
        configure_logging("DEBUG", "json", "test", log)
        told = await asyncio.gather(*map(_works_through_faults, elsewhere))
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    # What a vendor does wrong is no error of ours, but for a key that the operator has to look after.
    assert {line["event"] for line in lines if line["level"] == "error"} == {"provider.key_refused"}
    for secrets, answers in told:
        for line in (*log.getvalue().splitlines(), *answers):
            assert not [word for word in (MARK, *secrets) if word in line], line


async def _works_through_faults(there: Elsewhere) -> tuple[Sequence[str], Sequence[str]]:
    """What nobody is to be told, and all that the API said."""
    answers, faults = list[str](), there.cloud.faults
    sandbox = await there.started()
    secrets = there.cloud.secrets()
    execution = await there.run(sandbox, WAITS)
    faulty = _faults(there.cloud)
    for number, fault in enumerate(faulty):
        faults.add("*", ASKED, fault, times=3)
        there.cloud.cut()
        async with asyncio.timeout(45):
            saved, brought = await asyncio.gather(
                there.save(f"fault-{number}.txt", f"{number}\n"),
                there.ada.execute(SYNC, input={"sandboxId": sandbox}),
            )
        answers += [json.dumps(saved), json.dumps(brought)]
        assert saved["applyFileOperations"]["errors"] == []
        errors = brought["syncProjectToSandbox"]["errors"]
        assert [error["code"] for error in errors] in ([], ["PROVIDER_UNAVAILABLE"]), errors
    faults.clear()
    await there.save("end.txt", "")
    chunks, ends = await _told(there.ada, execution)
    assert "".join(chunk["text"] for chunk in chunks) == "begun\n" + "".join(f"{n}\n" for n in range(len(faulty)))
    assert [(end["status"], end["exitCode"]) for end in ends] == [("FAILED", 7)]
    answers += [json.dumps(chunks), json.dumps(ends)]

    # Without an agent what is asked needs the vendor, which says no at once.
    execution = await there.run(sandbox, "sleep 600")
    await until(lambda: there.runs(execution))
    await there.cloud.kill_agents()
    chunks, ends = await _told(there.ada, execution)
    assert [(end["status"], end["exitCode"]) for end in ends] == [("LOST", None)]
    for fault in [*faulty[:4], *faulty[5:]]:
        faults.add("*", ASKED, fault, times=None)
        brought = await there.ada.execute(SYNC, input={"sandboxId": sandbox})
        faults.clear()
        answers.append(json.dumps(brought))
        code = "QUOTA_EXCEEDED" if fault.status == 429 else "PROVIDER_UNAVAILABLE"
        assert [error["code"] for error in brought["syncProjectToSandbox"]["errors"]] == [code]
    for fault in faulty[2:4]:
        faults.add("*", ASKED, fault)
    await there.stop(sandbox)
    answers += await there.status(sandbox)
    for fault in faulty[:2]:
        faults.add("*", ASKED, fault, times=None)
        answers.append(await there.refused())
        faults.clear()
    return secrets, answers


def _faults(cloud: Cloud) -> Sequence[Fault]:
    """A refused key, a quota, errors in HTML and in JSON, one that comes late, and two that break off."""
    secrets, late = " ".join(cloud.secrets()), asyncio.Event()
    asyncio.get_running_loop().call_later(3, late.set)

    def told(status: int, words: str, **headers: str) -> Fault:
        message = f"{MARK} {words} {secrets}"
        return Fault.json(status, {"code": status, "statusCode": status, "message": message}, **headers)

    page = f"<html><body>{MARK} {secrets}</body></html>".encode()
    return (
        told(401, "Invalid API key"),
        told(429, "you have reached the maximum number of concurrent: quota limit exceeded", retry_after="1"),
        Fault(500, page, {"content-type": "text/html"}),
        told(503, "no room"),
        Fault(before=late),
        Fault(cut_at=5),
        Fault(is_reset=True),
    )


async def _told(
    ada: Member, execution: str, has_begun: asyncio.Event | None = None
) -> tuple[Sequence[Data], Sequence[Data]]:
    """All chunks and all ends until the server has nothing more to tell; the batches' own numbers are right."""
    chunks, ends = list[Data](), list[Data]()
    async for data in ada.subscribe(OUTPUT, id=execution):
        event = data["executionOutput"]
        if event["__typename"] == "ExecutionFinished":
            ends.append({**event["execution"], "lastSequence": event["lastSequence"]})
            continue
        assert not ends
        assert (event["firstSequence"], event["lastSequence"]) == (len(chunks) + 1, len(chunks) + len(event["chunks"]))
        chunks += event["chunks"]
        if has_begun is not None:
            has_begun.set()
    return chunks, ends
