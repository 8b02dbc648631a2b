"""The main job by a real client against a real server process, with a socket that is cut in the middle."""

import asyncio
import base64
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from gql.transport.exceptions import TransportConnectionFailed
from pymongo import AsyncMongoClient

from aura_gql.sandboxes.providers.local.memory import process_tree
from tests.support.commands import RunningServer, aura_gql, running
from tests.support.gql_client import Data, GqlClient, Subscribed
from tests.support.mongo import scratch_folder
from tests.support.mongod import alive
from tests.support.waiting import until

PROGRAM = """
import os, sys, time
for n in range(60):
    os.write(1 + n % 2, b"%d\\n" % n)
    time.sleep(0.002)
for n in range(4000):
    print(n, "żółw 🐢 \\u2028 日本", flush=n % 50 == 0)
    if n % 400 == 0:
        sys.stdout.buffer.write(bytes(range(256)) + b"\\xf0\\x9f\\n")
        sys.stdout.flush()
        print("note", n, file=sys.stderr, flush=True)
        time.sleep(0.1)
sys.stdout.buffer.write(b"no line end \\xe2\\x82")
sys.stdout.flush()
sys.exit(7)
"""
TEMPLATES = "query { templates(first: 100) { nodes { id slug name } } }"
CHANGES = "subscription ($id: ID!) { projectChanged(id: $id) { sequence status step message } }"
OUTPUT = """subscription ($id: ID!, $after: Int!) { executionOutput(id: $id, after: $after) {
    __typename
    ... on ExecutionOutputBatch { firstSequence lastSequence chunks { sequence stream text base64 } }
    ... on ExecutionFinished { lastSequence execution { status errorType exitCode lastSequence stdoutBytes } }
} }"""
STATE = """query ($execution: ID!, $project: ID!) {
    execution(id: $execution) { status errorType exitCode }
    project(id: $project) { status files { path } sandbox { id } }
}"""


@dataclass
class Screen:
    """What a client has seen of an execution: the bytes of each stream, and how often it was told of an end."""

    seen: int = 0
    streams: dict[str, bytes] = field(default_factory=lambda: defaultdict(bytes))
    ends: list[Data] = field(default_factory=list)

    def show(self, event: Data, up_to: int | None = None) -> None:
        """Take an event in; of chunks behind `up_to` nothing, as if the connection had broken in their middle."""
        if event["__typename"] == "ExecutionFinished":
            assert event["lastSequence"] == self.seen
            self.ends.append(event["execution"])
            return
        for chunk in event["chunks"]:
            if self.seen == up_to:
                return
            assert chunk["sequence"] == self.seen + 1
            self.seen = chunk["sequence"]
            data = chunk["text"].encode() if chunk["base64"] is None else base64.b64decode(chunk["base64"])
            self.streams[chunk["stream"]] += data


@pytest.fixture
def place() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


def sign_in(server: RunningServer, folder: Path) -> GqlClient:
    done = aura_gql("token", "--email", "ada@example.com", "--data-dir", folder, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return GqlClient(server.url, done.stdout.strip())


def sandboxes_on_disk(folder: Path) -> list[str]:
    return [path.name for path in (folder / "sandboxes").iterdir() if not path.name.startswith(".")]


async def create_project(client: GqlClient, *, auto_start: bool) -> str:
    nodes = (await client.execute(TEMPLATES))["templates"]["nodes"]
    template = next(node["id"] for node in nodes if node["slug"] == "python-script")
    payload = await client.mutate(
        "createProject", "project { id status }", name="End to end", templateId=template, autoStartSandbox=auto_start
    )
    assert payload["project"]["status"] == "INITIALIZING"
    return str(payload["project"]["id"])


async def until_ready(client: GqlClient, project: str) -> list[str]:
    steps = []
    async with client.subscribed(CHANGES, id=project) as changes:
        async for data in changes:
            event = data["projectChanged"]
            assert event["status"] in ("INITIALIZING", "READY"), event
            steps.append(event["step"])
            if event["status"] == "READY":
                return steps
    raise AssertionError(f"The stream ended behind {steps}.")


async def sandbox_of(client: GqlClient, project: str) -> str:
    found = await client.execute("query ($id: ID!) { project(id: $id) { sandbox { id status } } }", id=project)
    sandbox = found["project"]["sandbox"]
    assert sandbox["status"] == "RUNNING"
    return str(sandbox["id"])


async def watch(client: GqlClient, execution: str, screen: Screen, *, cut_behind: int | None = None) -> None:
    async with client.subscribed(OUTPUT, id=execution, after=screen.seen) as output:
        async for data in output:
            screen.show(data["executionOutput"], cut_behind)
            if screen.seen == cut_behind:
                await expect_loss(output)


async def expect_loss(output: Subscribed) -> None:
    """Cut the connection; raises what the client then raises."""
    output.cut()
    async for _ in output:
        pass
    raise AssertionError("The connection was cut, but the stream ended in order.")


async def test_every_byte_arrives_over_a_socket_that_is_cut(place: Path) -> None:
    folder = place / "data"
    with running("dev", "--data-dir", folder, cwd=place) as server:
        client = sign_in(server, folder)
        project = await create_project(client, auto_start=True)
        steps = await until_ready(client, project)
        payload = await client.mutate(
            "executeCode",
            "execution { id status }",
            sandboxId=await sandbox_of(client, project),
            language="PYTHON",
            code=PROGRAM,
        )
        execution = payload["execution"]["id"]

        screen = Screen()
        for cut_behind in (7, 20):
            with pytest.raises(TransportConnectionFailed):
                await watch(client, execution, screen, cut_behind=cut_behind)
            assert screen.ends == []
        await watch(client, execution, screen)
        again = Screen()
        await watch(client, execution, again)

        children = process_tree(server.process.pid)[1:]
        exit_code = server.stop(signal.SIGINT)

    printed = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", PROGRAM], capture_output=True, check=False)
    assert screen.streams == {"STDOUT": printed.stdout, "STDERR": printed.stderr}
    assert again.streams == screen.streams
    assert screen.ends == again.ends
    assert [(end["status"], end["exitCode"]) for end in screen.ends] == [("FAILED", 7)]
    assert screen.ends[0]["stdoutBytes"] == len(printed.stdout)
    assert steps[-2:] == ["STARTING_SANDBOX", "DONE"]
    assert exit_code == 130
    assert children
    assert not [pid for pid in children if alive(pid)]
    assert sandboxes_on_disk(folder) == []
    assert server.log == []


async def test_a_killed_server_leaves_nothing_that_the_next_one_cannot_mend(place: Path) -> None:
    folder = place / "data"
    screen = Screen()
    with running("dev", "--data-dir", folder, cwd=place) as server:
        client = sign_in(server, folder)
        project = await create_project(client, auto_start=True)
        await until_ready(client, project)
        sandbox = await sandbox_of(client, project)
        command = "for n in $(seq 100000); do echo line $n; sleep 0.01; done"
        payload = await client.mutate("runCommand", "execution { id }", sandboxId=sandbox, command=command)
        execution = payload["execution"]["id"]
        with pytest.raises(TransportConnectionFailed):
            await watch(client, execution, screen, cut_behind=3)
        unfinished = await begun_project(server, client, folder)
        children = process_tree(server.process.pid)[1:]
        server.process.kill()
        server.process.wait()
        await until(lambda: not [pid for pid in children if alive(pid)])

    with running("dev", "--data-dir", folder, cwd=place) as server:
        client = GqlClient(server.url, client.bearer)
        # At once, not when the lease of the dead server's job lapses.
        assert (await asyncio.wait_for(until_ready(client, unfinished), 15))[-1] == "DONE"
        state = await client.execute(STATE, execution=execution, project=unfinished)
        old = (await client.execute("query ($id: ID!) { sandbox(id: $id) { status } }", id=sandbox))["sandbox"]
        left = sandboxes_on_disk(folder)
        await watch(client, execution, screen)
        assert await runs_again(client, project) == b"again\n"
        children = process_tree(server.process.pid)[1:]
        assert server.stop(signal.SIGINT) == 130

    assert state["execution"] == {"status": "LOST", "errorType": "LOST", "exitCode": None}
    assert state["project"]["status"] == "READY"
    assert "main.py" in [file["path"] for file in state["project"]["files"]]
    assert old["status"] == "STOPPED"
    assert left == []
    lines = screen.streams["STDOUT"].splitlines(keepends=True)
    assert lines == [b"line %d\n" % (number + 1) for number in range(len(lines))]
    assert [end["status"] for end in screen.ends] == ["LOST"]
    assert not [pid for pid in children if alive(pid)]


async def begun_project(server: RunningServer, client: GqlClient, folder: Path) -> str:
    """A project whose initialisation has begun and not ended, in a server that is frozen there."""
    uri = (folder / "mongodb.uri").read_text().strip()
    async with AsyncMongoClient[dict[str, object]](uri, serverMonitoringMode="poll") as mongo:
        projects = mongo.get_default_database()["projects"]
        for _ in range(50):
            project = await create_project(client, auto_start=False)
            server.process.send_signal(signal.SIGSTOP)
            if await projects.find_one({"status": "INITIALIZING"}):
                return project
            server.process.send_signal(signal.SIGCONT)
    raise AssertionError("Every project was ready before the server could be frozen.")


async def runs_again(client: GqlClient, project: str) -> bytes:
    payload = await client.mutate("createSandbox", "sandbox { id }", projectId=project)
    sandbox = payload["sandbox"]["id"]
    payload = await client.mutate("runCommand", "execution { id }", sandboxId=sandbox, command="echo again")
    screen = Screen()
    await watch(client, payload["execution"]["id"], screen)
    assert [end["status"] for end in screen.ends] == ["COMPLETED"]
    return screen.streams["STDOUT"]
