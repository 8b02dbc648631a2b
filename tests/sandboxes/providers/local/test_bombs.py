"""Bombs twice as large as what a sandbox may have, in every mode, with cgroups and without; and all in the open."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.local.limits import MIB, LocalLimits
from aura_gql.sandboxes.providers.local.memory import tree_memory
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, EndReason
from tests.support.abuse.grounds import PYTHON, REPOSITORY, sent_inside
from tests.support.abuse.host_process import tree
from tests.support.abuse.inside.bombs import BOMBS, FULL
from tests.support.processes import finished, run
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = LocalLimits(
    memory_bytes=96 * MIB,
    processes=48,
    open_files=512,
    tmp_bytes=8 * MIB,
    shm_bytes=8 * MIB,
    disk_bytes=24 * MIB,
    disk_files=400,
    file_bytes=16 * MIB,
)
MODULE = "tests.support.abuse.inside.bombs"
MEMORY, DISK = 2 * LIMITS.memory_bytes, 2 * LIMITS.disk_bytes
# How large each is, and how it ends: for which excess, or by an error of its own.
SIZES: dict[str, tuple[int, EndReason]] = {
    "memory": (MEMORY, EndReason.MEMORY),
    "shared memory": (MEMORY, EndReason.MEMORY),
    "memory of many": (MEMORY, EndReason.MEMORY),
    "page tables": (MEMORY, EndReason.MEMORY),
    "memory files": (MEMORY, EndReason.MEMORY),
    "Unix sockets": (MEMORY, EndReason.MEMORY),
    "TCP sockets": (MEMORY, EndReason.MEMORY),
    "pipes": (MEMORY, EndReason.MEMORY),
    "deleted files": (DISK, EndReason.DISK),
    "deleted files of a thread": (DISK, EndReason.DISK),
    "small files": (2 * LIMITS.disk_files, EndReason.DISK),
    "links": (2 * LIMITS.disk_files, EndReason.DISK),
    "folders": (2 * LIMITS.disk_files, EndReason.DISK),
    "processes": (2 * LIMITS.processes, EndReason.EXITED),
    "open files": (2 * LIMITS.open_files, EndReason.EXITED),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[True, False], ids=["cgroups", "watched"])
async def provider(request: pytest.FixtureRequest, root: Path, mode: IsolationMode) -> AsyncIterator[LocalProvider]:
    """Every mode twice: limits held by the kernel, and by the watchdog."""
    provider = LocalProvider(root, LIMITS, modes=[mode], use_cgroups=request.param)
    if request.param and "cgroups: none" in (await provider.health()).detail:
        await provider.close()
        pytest.skip("this user may not make cgroups here")
    yield provider
    await provider.close()


@pytest.mark.parametrize("name", SIZES)
async def test_is_defused(sandbox: LocalSandbox, name: str) -> None:
    """The kernel, or the watchdog, ends it or says no; where it takes one of many processes, the others stay small."""
    size, reason = SIZES[name]
    await sandbox.write_files(sent_inside())
    process = await sandbox.start_process(Command([*PYTHON, MODULE, name, str(size)]))
    ended = asyncio.create_task(finished(process))
    group = sandbox._machine.cgroup
    await until(lambda: ended.done() or (group and group.oom_kills()))
    if not ended.done():
        assert tree_memory(sandbox.host_pid, 0) < size
    await process.terminate(grace_ms=0)
    outcome = await ended
    if reason is EndReason.EXITED:
        assert (outcome.status.exit_code, outcome.text) == (1, ""), outcome.stderr
    else:
        refused = outcome.status.exit_code == 1 and outcome.text == ""
        taken = group and (outcome.status.reason is EndReason.LOST or group.oom_kills())
        assert refused or taken or outcome.status.reason is reason, outcome
    try:
        assert (await run(sandbox, "echo", "alive")).text == "alive"
    except SandboxGone:
        # The kernel may take PID 1 as well where what fills the memory is its own and nobody's in particular.
        assert "memory" in await sandbox.wait_gone()


async def test_every_bomb_is_lit() -> None:
    assert set(SIZES) == set(BOMBS)


@pytest.mark.skipif(os.geteuid() != 0, reason="the control runs once, as root")
@pytest.mark.parametrize("name", SIZES)
async def test_goes_off_in_the_open(name: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="aura-bomb-"))
    process = await asyncio.create_subprocess_exec(
        *(*PYTHON, MODULE, name, str(SIZES[name][0])),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 60) == FULL.encode() + b"\n"
    finally:
        for each in reversed(tree(process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)
        await process.wait()
        shutil.rmtree(folder)
