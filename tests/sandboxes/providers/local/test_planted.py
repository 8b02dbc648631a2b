"""What code plants in its project folder to lead the host astray, in every mode; the control is a careless host."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, SandboxFile
from tests.support.abuse.scene import CANARIES, Scene
from tests.support.processes import first_line, python

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Plants one of each; the folder with the canaries is its argument. Every trap leads there and nowhere else: a host
# that is led astray while somebody works on its hands must not lose anything.
PLANT = """
import os, socket, sys
canaries = sys.argv[1]
os.symlink(canaries + "/canary", "link")
os.symlink(canaries, "folder")
os.symlink("/proc/self/root" + canaries, "magic")
os.mkfifo("fifo")
socket.socket(socket.AF_UNIX).bind("socket")
os.mkdir("inner")
os.symlink("../folder/listed", "inner/up")
os.symlink("loop", "loop")
"""
# Swaps a folder and a link to the canaries, as fast as it can.
RACE = """
import ctypes, os, sys
os.mkdir("swap")
os.symlink(sys.argv[1], "trap")
print("ready", flush=True)
exchange = ctypes.CDLL(None).renameat2
while True:
    exchange(-100, b"swap", -100, b"trap", 2)
"""
NAMES = (
    "link", "folder/canary", "magic/canary", "fifo", "socket", "loop", "loop/canary", "inner/up/x", "../canary",
    "folder/../canary", "FOLDER/canary",
)  # fmt: skip
RACES = 120

Use = Callable[[LocalSandbox, str], Awaitable[object]]
USES: dict[str, Use] = {
    "read": lambda sandbox, name: sandbox.read_file(name, 1 << 16),
    "write": lambda sandbox, name: sandbox.write_files([SandboxFile(name, b"owned")]),
    "stat": lambda sandbox, name: sandbox.stat(name),
    "list": lambda sandbox, name: sandbox.list_files(name, 100),
    "move in": lambda sandbox, name: sandbox.move_file("victim", name),
    "move out": lambda sandbox, name: sandbox.move_file(name, "stolen"),
}


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.close()


def names(scene: Scene) -> list[str]:
    """Those that lead to a trap, and the canary's own."""
    return [name.replace("FOLDER", str(scene.folder)) for name in NAMES]


async def outcome(use: Use, sandbox: LocalSandbox, name: str) -> object:
    """What the host gets, or its refusal; it never waits for somebody to open the other end."""
    with contextlib.suppress(DomainError):
        return await asyncio.wait_for(use(sandbox, name), 60)
    return None


@pytest.mark.parametrize("use", USES)
async def test_leads_the_host_nowhere(sandbox: LocalSandbox, scene: Scene, use: str) -> None:
    await sandbox.write_files([SandboxFile("victim", b"mine")])
    planted = await python(sandbox, PLANT, str(scene.folder))
    assert planted.status.exit_code == 0, planted.stderr
    for name in names(scene):
        assert scene.secret not in repr(await outcome(USES[use], sandbox, name)), name
    assert [name for name in CANARIES if scene.is_changed(name)] == []
    assert sorted(os.listdir(scene.folder)) == sorted([*CANARIES, "listed"])


async def test_removing_takes_the_links_alone(sandbox: LocalSandbox, scene: Scene) -> None:
    await python(sandbox, PLANT, str(scene.folder))
    for name in names(scene):
        with contextlib.suppress(DomainError):
            await sandbox.remove_files([name])
    for tree in ("folder", "magic", "inner"):
        with contextlib.suppress(DomainError):
            await sandbox.remove_tree(tree)
    assert [name for name in CANARIES if scene.is_changed(name)] == []
    assert (scene.folder / "listed" / scene.secret).exists()


async def test_a_race_is_never_won(sandbox: LocalSandbox, scene: Scene) -> None:
    racing = await sandbox.start_process(Command(["python3", "-c", RACE, str(scene.folder)]))
    assert await first_line(racing) == "ready"
    for turn in range(RACES):
        await outcome(USES["write"], sandbox, f"swap/new-{turn % 7}")
        assert scene.secret not in repr(await outcome(USES["read"], sandbox, "swap/canary"))
    await racing.terminate(grace_ms=0)
    assert [name for name in CANARIES if scene.is_changed(name)] == []
    assert sorted(os.listdir(scene.folder)) == sorted([*CANARIES, "listed"])


@pytest.mark.parametrize("name", ["link", "folder/canary", "magic/canary"])
async def test_a_careless_host_is_led_astray(scene: Scene, tmp_path: Path, name: str) -> None:
    """The control: the same traps, and a host that just opens them."""
    (tmp_path / "link").symlink_to(scene.folder / "canary")
    (tmp_path / "folder").symlink_to(scene.folder)
    (tmp_path / "magic").symlink_to(f"/proc/self/root{scene.folder}")
    assert (tmp_path / name).read_text() == scene.secret
    (tmp_path / name).write_text("owned")
    assert scene.is_changed("canary")


async def test_a_careless_host_loses_the_race(scene: Scene, tmp_path: Path) -> None:
    """The control: it looks, finds a plain folder, and then opens what has become a link."""
    (tmp_path / "swap").mkdir()
    looked = (tmp_path / "swap").is_symlink()
    (tmp_path / "swap").rmdir()
    (tmp_path / "swap").symlink_to(scene.folder)
    (tmp_path / "swap/new").write_text("owned")
    assert not looked
    assert (scene.folder / "new").exists()
