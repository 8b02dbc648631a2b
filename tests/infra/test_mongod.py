"""The embedded mongod, killed and disturbed in every way that happens."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from aura_gql.infra.mongod import DataFolderInUse, EmbeddedMongod
from aura_gql.infra.mongod_binary import EmbeddedMongodError, find_mongod
from aura_gql.settings_groups import DatabaseSettings
from tests.support.mongo import scratch_folder
from tests.support.mongod import alive, read, write
from tests.support.waiting import until

EXECUTABLE = DatabaseSettings().aura_mongod


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder / "mongodb"


@pytest.fixture
async def mongod(folder: Path) -> AsyncIterator[EmbeddedMongod]:
    mongod = EmbeddedMongod(folder, executable=EXECUTABLE)
    yield mongod
    await mongod.stop()


def port_of(uri: str) -> int:
    return int(uri.removeprefix("mongodb://127.0.0.1:").partition("/")[0])


async def test_it_stops_and_starts_again_on_its_port(mongod: EmbeddedMongod) -> None:
    uri = await mongod.start()
    await write(uri, 1)
    pid = mongod.pid
    await mongod.stop()
    await mongod.stop()
    assert pid
    assert not alive(pid)
    assert await mongod.start() == uri
    assert await read(uri) == [1]


async def test_its_own_death_is_recovered(mongod: EmbeddedMongod) -> None:
    uri = await mongod.start()
    await write(uri, 1)
    assert mongod.pid
    os.kill(mongod.pid, signal.SIGKILL)
    await mongod.stop()
    assert await read(await mongod.start()) == [1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
async def test_it_dies_with_its_killed_owner_and_starts_again(mongod: EmbeddedMongod, folder: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.infra.mongod_process", str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout
    pid, uri = (await owner.stdout.readline()).decode().split()
    await write(uri, 1)
    with pytest.raises(DataFolderInUse, match=rf"pid {owner.pid}\) is using"):
        await mongod.start()
    assert await read(uri) == [1], "a refused start must not disturb"
    owner.kill()
    await owner.communicate()
    await until(lambda: not alive(int(pid)))
    assert await read(await mongod.start()) == [1]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_an_orphan_on_the_folder_is_ended(mongod: EmbeddedMongod, folder: Path) -> None:
    database = folder / "db"
    database.mkdir(parents=True)
    command = [str(find_mongod(EXECUTABLE, folder)), "--dbpath", str(database), "--port", "0", "--nounixsocket"]
    words = folder / "words"
    with words.open("wb") as log, subprocess.Popen(command, stdout=log) as orphan:  # noqa: ASYNC220
        try:
            # One that is killed while it makes its first files leaves a folder that no mongod can use.
            await until(lambda: b"Waiting for connections" in words.read_bytes())
            # Another's child is reaped by its parent; this one is ours.
            reaper = asyncio.create_task(asyncio.to_thread(orphan.wait))
            await mongod.start()
            assert await reaper == -signal.SIGKILL
        finally:
            orphan.kill()


async def test_a_stranger_named_in_a_stale_lock_is_left_alone(mongod: EmbeddedMongod, folder: Path) -> None:
    await mongod.start()
    await mongod.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:  # noqa: ASYNC220
        (folder / "db" / "mongod.lock").write_text(f"{stranger.pid}\n")
        try:
            await mongod.start()
            assert stranger.poll() is None
        finally:
            stranger.kill()


async def test_a_taken_port_is_exchanged(mongod: EmbeddedMongod) -> None:
    uri = await mongod.start()
    await write(uri, 1)
    await mongod.stop()
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port_of(uri)):
        other = await mongod.start()
        assert port_of(other) != port_of(uri)
        assert await read(other) == [1]
        await write(other, 2)
    await mongod.stop()
    assert await mongod.start() == other
    assert await read(other) == [1, 2]


@pytest.mark.parametrize("text", ["", "rubbish", "99999999"])
async def test_a_spoilt_port_file_does_no_harm(mongod: EmbeddedMongod, folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "mongod.port").write_text(text)
    assert await read(await mongod.start()) == []


async def test_a_spoilt_folder_is_told_with_its_last_words(mongod: EmbeddedMongod, folder: Path) -> None:
    (folder / "db").mkdir(parents=True)
    (folder / "db" / "WiredTiger").write_text("rubbish")
    (folder / "db" / "WiredTiger.turtle").write_text("rubbish")
    (folder / "db" / "storage.bson").write_text("rubbish")
    with pytest.raises(EmbeddedMongodError, match=r"(?s)set DATABASE_URL .* Its last words.*\n.+"):
        await mongod.start()
    assert mongod.pid is None


async def test_a_program_that_is_no_mongod(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "mongod"
    program.write_text("#!/bin/sh\necho error while loading shared libraries: libcurl.so.4 >&2\nexit 127\n")
    program.chmod(0o755)
    mongod = EmbeddedMongod(folder, executable=program)
    with pytest.raises(EmbeddedMongodError, match=r"(?s)ended at once.*libcurl\.so\.4"):
        await mongod.start()


async def test_one_that_hangs_is_given_up(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "mongod"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    mongod = EmbeddedMongod(folder, executable=program, start_timeout_s=0.3)
    with pytest.raises(EmbeddedMongodError, match=r"took over 0\.3 s"):
        await mongod.start()
    assert mongod.pid is None


async def test_a_cancelled_start_leaves_nothing(mongod: EmbeddedMongod) -> None:
    starting = asyncio.create_task(mongod.start())
    pid = await until(lambda: mongod.pid or 0)
    starting.cancel()
    await asyncio.wait({starting})
    assert not alive(pid)
    assert await read(await mongod.start()) == []
