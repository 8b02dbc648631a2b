"""Starting bubblewrap and getting rid of it."""

import contextlib
import errno
import os
import socket
from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.local import machine as machine_module
from aura_gql.sandboxes.providers.local.bwrap import find_bwrap
from aura_gql.sandboxes.providers.local.cgroups import CgroupTree
from aura_gql.sandboxes.providers.local.isolation import Isolation, build_shared_etc
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.machine import Machine
from aura_gql.sandboxes.providers.local.modes import possible_modes
from aura_gql.sandboxes.providers.local.root_folder import ETC
from tests.support.local_sandbox import open_channels
from tests.support.waiting import until

UID = 0x6000_0001


def isolation_with(root: Path, bwrap: Path | None = None) -> Isolation:
    if not (root / ETC).exists():
        build_shared_etc(root / ETC)
    return Isolation(possible_modes()[0], bwrap or find_bwrap(None), root / ETC, CgroupTree([]), LocalLimits())


def running_with(argument: str) -> bool:
    """Whether a process has it among its arguments."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if argument.encode() in entry.read_bytes().split(b"\0"):
                return True
    return False


async def start(isolation: Isolation, root: Path) -> Machine:
    isolation.make_project(root / "box/project", UID)
    return await isolation.start_machine("box", root / "box/project", UID)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


async def test_lives_and_ends(root: Path) -> None:
    machine = await start(isolation_with(root), root)
    assert Path(f"/proc/{machine.pid}").exists()
    await machine.ask(b"kill-all")
    await machine.kill()
    await machine.kill()
    assert not Path(f"/proc/{machine.pid}").exists()
    assert await machine.gone == "The sandbox was stopped."
    with pytest.raises(SandboxGone):
        await machine.ask(b"kill-all")


async def test_answers_while_it_lives(root: Path) -> None:
    machine = await start(isolation_with(root), root)
    assert await machine.answers()
    os.kill(machine.pid, 9)
    assert not await machine.answers()
    await machine.gone
    assert not await machine.answers()


async def test_listens_inside_alone(root: Path) -> None:
    machine = await start(isolation_with(root), root)
    listener = await machine.listen(61_000)
    assert isinstance(listener, socket.socket)
    with listener:
        assert listener.getsockname() == ("127.0.0.1", 61_000)
        assert await machine.listen(61_000) == errno.EADDRINUSE
        # Nothing of the sandbox's network is the host's.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", 61_000), 5)
    await machine.kill()
    with pytest.raises(SandboxGone):
        await machine.listen(61_000)


async def test_notices_when_it_dies_by_itself(root: Path) -> None:
    machine = await start(isolation_with(root), root)
    os.kill(machine.pid, 9)
    assert (await machine.gone).startswith("The sandbox ended unexpectedly")


async def test_can_be_ended_when_bubblewrap_was_killed(root: Path) -> None:
    machine = await start(isolation_with(root), root)
    os.kill(machine._bwrap.pid, 9)
    await machine.kill()
    await until(lambda: not Path(f"/proc/{machine.pid}").exists())


async def test_ends_when_the_server_lets_go_of_the_socket(root: Path) -> None:
    machine = await start(isolation_with(root), root)
    machine._control.close()
    assert (await machine.gone).startswith("The sandbox ended unexpectedly (status 0)")


@pytest.mark.parametrize("bwrap", ["/bin/false", "/bin/true", "/bin/echo"])
async def test_programs_that_are_no_bubblewrap_fail(root: Path, bwrap: str) -> None:
    before = open_channels()
    with pytest.raises(ProviderUnavailable, match="supervisor did not come up"):
        await start(isolation_with(root, Path(bwrap)), root)
    assert open_channels() == before


async def test_tells_bubblewraps_own_words(root: Path) -> None:
    isolation = isolation_with(root)
    isolation.make_project(root / "box/project", UID)
    with pytest.raises(ProviderUnavailable, match="bubblewrap: bwrap: Can't find source path"):
        await isolation.start_machine("box", root / "missing", UID)


async def test_a_bubblewrap_that_hangs_is_killed_with_its_children(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_module, "START_TIMEOUT_S", 0.3)
    hanging = root / "bwrap"
    child = f"{root}/child"
    hanging.write_text(f"#!/bin/sh\nsh -c 'sleep 1234567; :' {child} & wait\n")
    hanging.chmod(0o755)
    with pytest.raises(ProviderUnavailable):
        await start(isolation_with(root, hanging), root)
    await until(lambda: not running_with(child))
