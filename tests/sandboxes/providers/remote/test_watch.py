"""Watching over the channel: what the contract can't see."""

import asyncio
import random
from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.remote.wire.peer import Call
from aura_gql.sandboxes.providers.remote.wire.values import Answer
from aura_gql.sandboxes.values import SandboxFile
from tests.support.file_watching import Follower, short
from tests.support.remote_files import remote_folder
from tests.support.waiting import until


async def test_tells_what_others_change_over_links_that_break(tmp_path: Path) -> None:
    choose = random.Random(5)

    def lengths() -> tuple[int | None, int | None]:
        return choose.randrange(100, 2_000), choose.randrange(100, 2_000)

    async with remote_folder(tmp_path, lengths) as remote, remote.files.watch() as watch:
        follower = Follower(watch)
        reading = asyncio.create_task(follower.read())
        told = list[str]()
        for n in range(20):
            (tmp_path / f"code{n}").write_text("x" * n)
            await remote.files.write_files([SandboxFile(f"ours{n}", b"")])
            told += short(await follower.settled())
        assert told == [f"CREATED code{n}" for n in range(20)]
        reading.cancel()
        await asyncio.wait({reading})


async def test_settling_waits_for_its_reader(tmp_path: Path) -> None:
    async with remote_folder(tmp_path) as remote, remote.files.watch() as watch:
        (tmp_path / "a").touch()
        settling = asyncio.create_task(watch.settle())
        batch = await anext(watch)
        assert [event.path for event in batch if hasattr(event, "path")] == ["a"]
        await remote.files.stat(".")
        assert not settling.done()
        reading = asyncio.create_task(anext(watch))
        await settling
        reading.cancel()
        await asyncio.wait({reading})


async def test_a_large_batch_comes_in_parts(tmp_path: Path) -> None:
    async with remote_folder(tmp_path) as remote, remote.files.watch() as watch:
        for n in range(3_000):
            (tmp_path / f"{'long' * 20}{n}").touch()
        follower = Follower(watch)
        reading = asyncio.create_task(follower.read())
        assert len(await follower.settled()) == 3_000
        reading.cancel()
        await asyncio.wait({reading})


async def test_ends_with_the_machine_and_raises_without_its_agent(tmp_path: Path) -> None:
    async with remote_folder(tmp_path) as remote, remote.files.watch() as watch:
        reading = asyncio.create_task(anext(watch, None))
        remote.gone.set_result("stopped")
        assert await reading is None
        await watch.settle()
    async with remote_folder(tmp_path) as remote, remote.files.watch() as watch:
        reading = asyncio.create_task(anext(watch, None))
        settling = asyncio.create_task(watch.settle())
        await asyncio.sleep(0)
        remote.near.close()
        with pytest.raises(ProviderUnavailable):
            await reading
        await settling
        assert await anext(watch, None) is None


async def test_a_watch_that_is_left_leaves_nothing(tmp_path: Path) -> None:
    async with remote_folder(tmp_path) as remote:
        async with remote.files.watch():
            assert "watch files" in {task.get_name() for task in asyncio.all_tasks()}
        await until(
            lambda: not [task for task in asyncio.all_tasks() if task.get_name() in ("serve watch", "watch files")]
        )


@pytest.mark.parametrize("line", [b"nonsense\n", b'[["CREATED","../up","FILE",0,false,null]]\n'])
async def test_lies_end_it(tmp_path: Path, line: bytes) -> None:
    async def lie(call: Call) -> Answer:
        await call.streams[0].send(b"[]\n")
        await call.streams[0].send(line)
        await asyncio.Event().wait()
        return Answer()

    async with remote_folder(tmp_path, handlers={"watch": lie}) as remote:
        watch = remote.files.watch()
        with pytest.raises(ProviderUnavailable):
            async with watch:
                await anext(watch)
        assert await anext(watch, None) is None
        await watch.settle()


async def test_silence_is_no_beginning(tmp_path: Path) -> None:
    async def refuse(_: Call) -> Answer:
        raise KeyError

    async with remote_folder(tmp_path, handlers={"watch": refuse}) as remote:
        with pytest.raises(ProviderUnavailable):
            async with remote.files.watch():
                raise AssertionError
