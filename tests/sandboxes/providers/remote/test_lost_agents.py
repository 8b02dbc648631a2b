"""Files where the agent in the machine is killed, and links to it break: the real one, in a guest of this host."""

import asyncio
import os
import random

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox
from aura_gql.sandboxes.values import FileKind, SandboxFile
from tests.support.tars import in_pieces
from tests.support.vendors.guests import Guest
from tests.support.vendors.remote import TryoutWorld, tryout_world
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

# With 50 rounds of 500 files and 210 links it holds, too; that takes three minutes.
ROUNDS, FILES = 2, 60


def project(turn: int) -> list[SandboxFile]:
    return [SandboxFile(f"src/part{n % 9}/m{n}.py", b"%03d" % turn + b"%d" % n * 300) for n in range(FILES)]


def guest_of(world: TryoutWorld) -> Guest:
    (machine,) = world.vendor.machines.values()
    return machine.guest


async def kill_agent(guest: Guest) -> None:
    killing = await guest.spawn(["pkill", "-9", "-f", "aura-agent"])
    await killing.wait()


async def test_links_that_break_lose_and_double_nothing() -> None:
    choose = random.Random(4)

    def lengths() -> tuple[int | None, int | None]:
        length = choose.randrange(2_000, 120_000)
        return (length, None) if choose.random() < 0.5 else (None, length)

    async with tryout_world(lengths=lengths) as world:
        box = await world.create()
        for turn in range(ROUNDS):
            await _one_round(box, turn)
        assert world.vendor.relinks >= ROUNDS


async def _one_round(box: RemoteSandbox, turn: int) -> None:
    await box.write_files(project(turn))
    archive = b"".join([piece async for piece in box.export_tar()])
    await box.import_tar(in_pieces(archive, 60_000), "copy")
    assert b"".join([piece async for piece in box.export_tar("copy")]) == archive
    await box.move_file("copy", "moved")
    await box.remove_tree("moved")
    found = await box.list_files(".", 1_000, recursive=True)
    sizes = {info.path: info.size for info in found if info.kind is FileKind.FILE}
    assert sizes == {file.path: len(file.data) for file in project(turn)}
    some = project(turn)[::7]
    assert await asyncio.gather(*(box.read_file(file.path, 10_000) for file in some)) == [file.data for file in some]


async def test_an_agent_that_is_killed_leaves_all_or_nothing_and_the_next_one_cleans_up() -> None:
    async with tryout_world() as world:
        box = await world.create()
        await box.write_files([SandboxFile("kept", b"old")])
        folder = guest_of(world).path("/home/user/project")
        writing = asyncio.create_task(
            box.write_files([SandboxFile("kept", b"new"), SandboxFile("big", bytes(9 << 20))])
        )
        await until(lambda: len(os.listdir(folder)) == 2)
        await kill_agent(guest_of(world))
        with pytest.raises(ProviderUnavailable):
            await writing
        assert await box.read_file("kept", 10) == b"old"
        await until(lambda: os.listdir(folder) == ["kept"])
