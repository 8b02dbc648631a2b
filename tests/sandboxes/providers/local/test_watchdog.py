"""What the watchdog takes for too much; that it acts is shown by the abuse tests."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.buffers import FILE_BYTES
from aura_gql.sandboxes.providers.local.limits import MIB, LocalLimits
from aura_gql.sandboxes.providers.local.memory import tree_memory
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.providers.local.watchdog import Watchdog
from aura_gql.sandboxes.values import Command, EndReason
from tests.support.local_sandbox import host_pids
from tests.support.processes import shell
from tests.support.waiting import until

LIMITS = LocalLimits(disk_bytes=MIB, disk_files=10)


@pytest.fixture
def parent() -> Iterator[int]:
    """A process with a child."""
    with subprocess.Popen(["sh", "-c", "sleep 600 & echo; wait"], stdout=subprocess.PIPE, process_group=0) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        os.killpg(process.pid, 9)


def watchdog(pid: int, folder: Path, limits: LocalLimits = LIMITS) -> Watchdog:
    async def nothing(_: EndReason) -> None:
        return

    async def never() -> None:
        return

    return Watchdog(pid, folder, limits, watch_memory=True, on_excess=nothing, on_hopeless=never)


def test_is_content_with_little(parent: int, tmp_path: Path) -> None:
    assert watchdog(parent, tmp_path).look() is None


def test_too_large_only_while_it_grows(parent: int, tmp_path: Path) -> None:
    dog = watchdog(parent, tmp_path)
    (tmp_path / "large").write_bytes(bytes(2 * MIB))
    assert dog.look() is EndReason.DISK
    assert dog.look() is None
    (tmp_path / "more").write_bytes(bytes(MIB))
    assert dog.look() is EndReason.DISK
    (tmp_path / "more").unlink()
    assert dog.look() is None


def test_once_far_too_large_is_no_reason_to_give_up(parent: int, tmp_path: Path) -> None:
    dog = watchdog(parent, tmp_path)
    (tmp_path / "large").write_bytes(bytes(8 * MIB))
    assert dog.look() is EndReason.DISK
    assert not dog.is_hopeless
    (tmp_path / "more").write_bytes(bytes(MIB))
    assert dog.look() is EndReason.DISK
    assert dog.is_hopeless


def test_too_many(parent: int, tmp_path: Path) -> None:
    dog = watchdog(parent, tmp_path)
    for index in range(11):
        (tmp_path / str(index)).touch()
    assert dog.look() is EndReason.DISK
    for index in range(11, 21):
        (tmp_path / str(index)).touch()
    assert dog.look() is EndReason.DISK
    assert dog.is_hopeless


def test_too_much_memory(parent: int, tmp_path: Path) -> None:
    tiny = LocalLimits(memory_bytes=1, tmp_bytes=0, shm_bytes=0)
    assert watchdog(parent, tmp_path, tiny).look() is EndReason.MEMORY


@pytest.mark.asyncio(loop_scope="module")
async def test_files_in_memory_are_memory_as_well(sandbox: LocalSandbox, tmp_path: Path) -> None:
    sleeper = await sandbox.start_process(Command(["sleep", "600"]))
    alone = host_pids(sandbox)
    used = tree_memory(sandbox.host_pid, 1 << 40)
    room = 5_000 * FILE_BYTES
    dog = watchdog(sandbox.host_pid, tmp_path, LocalLimits(memory_bytes=used + room, tmp_bytes=0, shm_bytes=0))
    assert dog.look() is None
    for place, outcome in (("/tmp", None), ("~", None), ("/dev/shm", EndReason.MEMORY)):
        made = await shell(sandbox, f"mkdir {place}/many && cd {place}/many && seq 2000 | xargs touch")
        assert made.status.exit_code == 0, made.stderr
        await until(lambda: host_pids(sandbox) == alone)
        assert dog.look() is outcome, place
    # Who is ended for it leaves them behind, and whoever comes next may clear up.
    assert dog.look() is None
    assert not dog.is_hopeless
    await sleeper.terminate(grace_ms=0)


def test_does_not_look_where_nothing_runs(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(2 * MIB))
    with subprocess.Popen(["sleep", "600"]) as childless:
        assert watchdog(childless.pid, tmp_path).look() is None
        childless.kill()


async def test_reports_what_it_finds(parent: int, tmp_path: Path) -> None:
    found: asyncio.Queue[EndReason] = asyncio.Queue()
    (tmp_path / "large").write_bytes(bytes(2 * MIB))
    hopeless = asyncio.Event()

    async def give_up() -> None:
        hopeless.set()

    dog = Watchdog(parent, tmp_path, LIMITS, watch_memory=False, on_excess=found.put, on_hopeless=give_up)
    running = asyncio.create_task(dog.run())
    assert await asyncio.wait_for(found.get(), 60) is EndReason.DISK
    assert not hopeless.is_set()
    with (tmp_path / "larger").open("ab") as larger:

        def goes_on() -> bool:
            # All the time: what is written before the watchdog has looked again is not held against the next command.
            larger.write(bytes(64 * 1024))
            larger.flush()
            return hopeless.is_set()

        await until(goes_on)
    running.cancel()
