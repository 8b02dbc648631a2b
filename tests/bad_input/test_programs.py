"""Programs that do what programs should not, and what is said of each."""

import base64
import os
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from aura_gql.infra.mongo import MongoDocument
from aura_gql.sandboxes.providers.local.memory import process_tree
from tests.support.api import Api, Data, Member, running_api
from tests.support.attempts import ask
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.mongod import alive
from tests.support.operations import CODE, RUN, SAVE
from tests.support.waiting import until

LIMIT = 300_000
ENDINGS = [
    ("exit 3", "FAILED", "RUNTIME", 3, None),
    ("exit 255", "FAILED", "RUNTIME", 255, None),
    ("no-such-program", "FAILED", "RUNTIME", 127, None),
    ("kill -9 $$", "FAILED", "RUNTIME", None, 9),
    ("kill -SEGV $$", "FAILED", "RUNTIME", None, 11),
    ("kill -TERM $$", "FAILED", "RUNTIME", None, 15),
    ("while :; do :; done", "FAILED", "TIMEOUT", None, 15),
    ("trap '' TERM INT HUP; while :; do sleep 1; done", "FAILED", "TIMEOUT", None, 9),
    ("yes", "FAILED", "OUTPUT_LIMIT", None, 15),
    ("head -c 100000000 /dev/zero", "FAILED", "OUTPUT_LIMIT", None, 15),
    ("exec 1>&- 2>&-; exit 4", "FAILED", "RUNTIME", 4, None),
    ("exec 0<&-", "COMPLETED", None, 0, None),
    ("echo out; echo err >&2", "COMPLETED", None, 0, None),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's data folder."""
    return tmp_path_factory.mktemp("strict")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(mongodb_uri: str, folder: Path) -> AsyncIterator[Api]:
    """A server that takes little output."""
    limits: dict[str, object] = {"execution_max_output_bytes": LIMIT}
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        database = client[f"test_{secrets.token_hex(8)}"]
        async with running_api(mongodb_uri, folder, database, executions=limits) as running:
            yield running
        await client.drop_database(database.name)


async def run(member: Member, sandbox: str, command: str, **fields: object) -> tuple[dict[str, bytes], Data]:
    """The bytes of both streams of a command, and how it ended."""
    return await end_of(member, RUN, sandboxId=sandbox, command=command, **fields)


async def end_of(member: Member, mutation: str, **fields: object) -> tuple[dict[str, bytes], Data]:
    payload: Data
    (payload,) = (await member.execute(mutation, input=fields)).values()
    assert payload["errors"] == []
    chunks, end = await finished(member, payload["execution"]["id"])
    streams: dict[str, bytes] = defaultdict(bytes)
    for chunk in chunks:
        text = chunk["text"]
        streams[chunk["stream"]] += base64.b64decode(chunk["base64"]) if text is None else text.encode()
    return streams, end


async def test_every_end_is_told_truthfully(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    told = []
    for command, _, _, _, _ in ENDINGS:
        timeout_ms = {"while": 700, "trap": 3_000}.get(command.split()[0], 30_000)
        _, end = await run(ada, sandbox, command, timeoutMs=timeout_ms)
        told.append((command, end["status"], end["errorType"], end["exitCode"], end["signal"]))
        assert end["truncated"] is (end["errorType"] == "OUTPUT_LIMIT")
        assert (end["errorMessage"] is None) is (end["status"] == "COMPLETED")

    assert told == ENDINGS


async def test_too_much_output_is_kept_up_to_the_limit(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))

    streams, end = await run(ada, sandbox, "seq 100000000")

    lines = b"".join(b"%d\n" % (number + 1) for number in range(LIMIT // 4))
    assert streams == {"STDOUT": lines[:LIMIT]}
    assert (end["stdoutBytes"], end["truncated"], end["errorType"]) == (LIMIT, True, "OUTPUT_LIMIT")
    assert (await run(ada, sandbox, "echo next"))[0] == {"STDOUT": b"next\n"}


async def test_bytes_that_are_no_text_arrive_as_they_are(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    code = r"""
import os, time
for piece in (b"\xff\xfe", b"\xed\xa0\x80", b"\x00\x01", b"\xf0\x9f", b"\x90\xa2", b"\xf0\x9f", "żółw".encode()[:3]):
    os.write(1, piece); os.write(2, piece[::-1])
    time.sleep(0.03)
"""
    streams, end = await end_of(ada, CODE, sandboxId=sandbox, language="PYTHON", code=code)

    pieces = [b"\xff\xfe", b"\xed\xa0\x80", b"\x00\x01", b"\xf0\x9f", b"\x90\xa2", b"\xf0\x9f", "żółw".encode()[:3]]
    assert streams == {"STDOUT": b"".join(pieces), "STDERR": b"".join(piece[::-1] for piece in pieces)}
    assert end["status"] == "COMPLETED"


async def test_input_that_is_never_read_holds_nothing_up(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    stdin = "x" * (1024 * 1024)

    for command in ("true", "exec 0<&-; echo done", "head -c 10 > /dev/null", "cat | wc -c"):
        _, end = await run(ada, sandbox, command, stdin=stdin)
        assert (end["status"], end["exitCode"]) == ("COMPLETED", 0), command
    assert (await run(ada, sandbox, "cat | wc -c", stdin=stdin))[0] == {"STDOUT": b"1048576\n"}


async def test_daemons_do_not_outlive_their_sandbox(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    daemons = "for n in 1 2 3; do setsid nohup sleep 1000 & done; (trap '' TERM HUP; sleep 1000) & disown -a; echo up"

    streams, end = await run(ada, sandbox, daemons)
    running = [pid for pid in process_tree(os.getpid()) if is_sleeping(pid)]
    stop = "mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { sandbox { status } errors { code } } }"
    await ada.execute(stop, input={"sandboxId": sandbox})

    assert (streams, end["status"]) == ({"STDOUT": b"up\n"}, "COMPLETED")
    assert len(running) == 4
    await until(lambda: not [pid for pid in running if alive(pid)])


def is_sleeping(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() == b"sleep\x001000\x00"
    except OSError:
        return False


PLANTS = {
    "link.txt": "ln -s /etc/hostname link.txt",
    "host.txt": "ln -s ../../../../../../../../tmp/planted host.txt",
    "folder/a.txt": "ln -s / folder",
    "loop/a.txt": "ln -s loop loop",
    "fifo.txt": "mkfifo fifo.txt",
    "made/a.txt": "ln -s .. made",
    "place": "mkdir place; touch place/taken",
}


CONFLICTS = """query ($id: ID!) {
  sandbox(id: $id) { syncConflicts { path reason base { size } ours { size } theirs { size } } }
}"""


async def test_a_planted_link_is_neither_followed_nor_lost(ada: Member, folder: Path) -> None:
    project = await ready_project(ada)
    for path, plant in PLANTS.items():
        sandbox = await running_sandbox(ada, project)
        assert (await run(ada, sandbox, plant))[1]["status"] == "COMPLETED"
        assert await ask(ada, SAVE, input={"projectId": project, "path": path, "content": "saved"}) == []
        assert (await run(ada, sandbox, "true"))[1]["status"] == "COMPLETED"
        (conflict,) = (await ada.execute(CONFLICTS, id=sandbox))["sandbox"]["syncConflicts"]
        assert (conflict["path"], conflict["base"], conflict["ours"]) == (path, None, {"size": len("saved")})
        assert conflict["reason"] or conflict["theirs"], path
        stop = "mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { errors { code } } }"
        await ada.execute(stop, input={"sandboxId": sandbox})

    fresh = await running_sandbox(ada, project)
    streams, _ = await run(ada, fresh, f"cat {' '.join(PLANTS)}")
    assert streams == {"STDOUT": b"saved" * len(PLANTS)}
    assert {path.name for path in folder.iterdir()} == {"blobs", "sandboxes"}
    assert not Path("/tmp/planted").exists()
    assert not Path("/a.txt").exists()
