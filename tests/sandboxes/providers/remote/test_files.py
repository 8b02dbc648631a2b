"""Files over the channel: what the contract can't see, links that break and an agent that lies."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.kernel.errors import InvalidInput, ProviderUnavailable
from aura_gql.sandboxes.errors import ArchiveRefused, FileNotInSandbox, UnsafePath
from aura_gql.sandboxes.providers.remote.files import RemoteFiles
from aura_gql.sandboxes.providers.remote.wire.peer import Call, Handler
from aura_gql.sandboxes.providers.remote.wire.values import Answer
from aura_gql.sandboxes.values import FileKind, SandboxFile
from tests.support.remote_files import remote_folder
from tests.support.tars import in_pieces
from tests.support.waiting import until

# With 50 rounds of 500 files it holds, too; that takes a minute.
ROUNDS = 3
PROJECT = [SandboxFile(f"src/part{n % 20}/module_{n}.py", f"x = {n}\n".encode() * 150) for n in range(100)]


async def test_files_go_there_and_back(tmp_path: Path) -> None:
    large = os.urandom(3_000_000)
    async with remote_folder(tmp_path) as remote:
        await remote.files.write_files([SandboxFile("a/run", b"#!", executable=True), SandboxFile("large", large)])
        assert await remote.files.read_file("large", len(large)) == large
        assert [info.path for info in await remote.files.list_files(".", 10, recursive=True)] == ["a", "a/run", "large"]
        assert (await remote.files.stat("a/run")).executable
        assert (await remote.files.stat(".")).kind is FileKind.FOLDER
        await remote.files.move_file("a", "b/c")
        await remote.files.remove_files(["b/c/run", "missing"])
        await remote.files.remove_tree("large")
        assert [info.path for info in await remote.files.list_files("b", 10, recursive=True)] == ["b/c"]
        await remote.files.write_files([])


async def test_errors_keep_their_field(tmp_path: Path) -> None:
    (tmp_path / "trap").symlink_to("/etc/passwd")
    async with remote_folder(tmp_path) as remote:
        with pytest.raises(FileNotInSandbox, match="missing") as missing:
            await remote.files.read_file("missing", 10)
        assert missing.value.field == ("path",)
        with pytest.raises(UnsafePath):
            await remote.files.read_file("trap", 10)
        with pytest.raises(UnsafePath):
            await remote.files.write_files([*PROJECT, SandboxFile("trap", b""), SandboxFile("large", bytes(2_000_000))])
        with pytest.raises(InvalidInput):
            await remote.files.move_file("trap", "trap/below")
        with pytest.raises(ArchiveRefused):
            await remote.files.import_tar(in_pieces(b"no archive" * 100_000, 50_000))
    assert os.listdir(tmp_path) == ["trap"]


async def test_many_paths_are_removed(tmp_path: Path) -> None:
    paths = [f"{'long' * 40}-{n}" for n in range(2_000)]
    for path in paths:
        (tmp_path / path).touch()
    async with remote_folder(tmp_path) as remote:
        await remote.files.remove_files(paths)
    assert os.listdir(tmp_path) == []


async def test_a_caller_who_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"".join([piece async for piece in remote.files.export_tar("from")])[:600]
        waiting.set()
        await asyncio.Event().wait()

    (tmp_path / "from").mkdir()
    (tmp_path / "from/file").write_bytes(b"x" * 1_000)
    async with remote_folder(tmp_path) as remote:
        importing = asyncio.create_task(remote.files.import_tar(endless(), "to"))
        await waiting.wait()
        await until(lambda: len(os.listdir(tmp_path)) == 2)
        importing.cancel()
        await asyncio.wait({importing})
        assert os.listdir(tmp_path) == ["from"]


async def test_a_source_that_fails_leaves_nothing(tmp_path: Path) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield bytes(300)
        raise TimeoutError("mine")

    async with remote_folder(tmp_path) as remote:
        with pytest.raises(TimeoutError, match="mine"):
            await remote.files.import_tar(failing())
    assert os.listdir(tmp_path) == []


async def test_an_export_can_be_left(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(5_000_000))
    async with remote_folder(tmp_path) as remote:
        before = len(os.listdir("/proc/self/fd"))
        exporting = remote.files.export_tar()
        assert await anext(exporting)
        await exporting.aclose()  # type: ignore[attr-defined]
        assert len(os.listdir("/proc/self/fd")) == before


async def test_links_that_break_at_any_byte_lose_and_double_nothing(tmp_path: Path) -> None:
    choose, links = random.Random(11), list[int]()

    def lengths() -> tuple[int | None, int | None]:
        links.append(choose.randrange(200, 60_000))
        return (links[-1], None) if choose.random() < 0.5 else (None, links[-1])

    async with remote_folder(tmp_path, lengths) as remote:
        for turn in range(ROUNDS):
            await _one_round(remote.files, turn)
    assert len(links) > ROUNDS * 3
    assert os.listdir(tmp_path) == ["src"]
    assert all((tmp_path / file.path).read_bytes() == file.data for file in PROJECT)


async def _one_round(files: RemoteFiles, turn: int) -> None:
    changed = PROJECT[turn]
    await files.write_files([*PROJECT[:turn], SandboxFile(changed.path, b"new"), *PROJECT[turn + 1 :]])
    assert await files.read_file(changed.path, 10) == b"new"
    await files.write_files([changed])
    archive = b"".join([piece async for piece in files.export_tar()])
    await files.import_tar(in_pieces(archive, 60_000), "copy")
    assert b"".join([piece async for piece in files.export_tar("copy")]) == archive
    # Not safe to repeat: done twice, it would find nothing.
    await files.move_file("copy", "moved")
    await files.remove_tree("moved")
    found = await files.list_files(".", 1_000, recursive=True)
    sizes = {info.path: info.size for info in found if info.kind is FileKind.FILE}
    assert sizes == {file.path: len(file.data) for file in PROJECT}


async def test_an_agent_that_goes_leaves_all_or_nothing(tmp_path: Path) -> None:
    async with remote_folder(tmp_path) as remote:
        writing = asyncio.create_task(remote.files.write_files([SandboxFile("large", bytes(20_000_000))]))
        await until(lambda: os.listdir(tmp_path))
        remote.near.close()
        remote.far.close()
        with pytest.raises(ProviderUnavailable):
            await writing
        await remote.far.closed()
        assert os.listdir(tmp_path) == []


def saying(*pieces: bytes) -> Handler:
    async def handle(call: Call) -> Answer:
        for piece in pieces:
            await call.streams[0].send(piece)
        call.streams[0].end()
        return Answer()

    return handle


@pytest.mark.parametrize(
    "said",
    [
        b'[["../up","FILE",1,false,0]]\n',
        b'[["b/c","FILE",1,false,0]]\n',
        b'[["a/b/c","FILE",1,false,0]]\n',
        b'[["a/b","FILE",1,false,0],["a/c","FILE",1,false,0],["a/d","FILE",1,false,0]]\n',
        b'[["a/b","FILE",1,false,0]]',
        b"nonsense\n",
        b" " * 600_000,
    ],
)
async def test_a_listing_that_can_not_be_is_refused(tmp_path: Path, said: bytes) -> None:
    async with remote_folder(tmp_path, handlers={"files.list": saying(said)}) as remote:
        with pytest.raises(ProviderUnavailable):
            await remote.files.list_files("a", 2)


async def test_more_of_a_file_than_was_asked_for_is_refused(tmp_path: Path) -> None:
    async with remote_folder(tmp_path, handlers={"files.read": saying(bytes(11), bytes(1_000_000))}) as remote:
        with pytest.raises(ProviderUnavailable):
            await remote.files.read_file("a", 10)


async def test_an_answer_without_the_rest_of_the_bytes_is_refused(tmp_path: Path) -> None:
    async def give_up(call: Call) -> Answer:
        call.streams[0].abort()
        return Answer()

    async with remote_folder(tmp_path, handlers={"files.read": give_up, "files.write": give_up}) as remote:
        with pytest.raises(ProviderUnavailable):
            await remote.files.read_file("a", 10)
        with pytest.raises(ProviderUnavailable):
            await remote.files.write_files([SandboxFile("a", bytes(1_000_000))])


@pytest.mark.parametrize("said", [None, [], "x", ["x", "FILE"], ["x", "FILE", -1, False, 0]])
async def test_a_status_that_can_not_be_is_refused(tmp_path: Path, said: object) -> None:
    async def lie(_: Call) -> Answer:
        return Answer(said)  # type: ignore[arg-type]

    async with remote_folder(tmp_path, handlers={"files.stat": lie}) as remote:
        with pytest.raises(ProviderUnavailable):
            await remote.files.stat("a")
