"""Hogs, daemons and floods, in every mode, with cgroups and without; `test_bombs.py` has what only has a size."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.local import kept as kept_module
from aura_gql.sandboxes.providers.local.limits import SPARE_PROCESSES
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, EndReason, SandboxSpec
from tests.sandboxes.providers.local.conftest import SMALL
from tests.support.local_sandbox import host_pids
from tests.support.processes import argv_of, finished, first_line, python, run, shell
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORK_BOMB = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"
SIGNAL_KEEPER = "import os, signal; os.kill(os.getppid(), signal.{}); print('sent', flush=True)\nwhile True: pass"

# Touches more than the limit, in pieces below what RLIMIT_DATA would refuse, and holds on to it.
HOG = f"""
import time
held = [b"x" * 10_000_000 for _ in range({SMALL.memory_bytes // 10_000_000 + 6})]
print("full", flush=True)
time.sleep(600)
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[True, False], ids=["cgroups", "watched"])
async def provider(request: pytest.FixtureRequest, root: Path, mode: IsolationMode) -> AsyncIterator[LocalProvider]:
    """Every mode twice: limits held by the kernel, and by the watchdog."""
    provider = LocalProvider(root, SMALL, modes=[mode], use_cgroups=request.param)
    if request.param and "cgroups: none" in (await provider.health()).detail:
        await provider.close()
        pytest.skip("this user may not make cgroups here")
    yield provider
    await provider.close()


async def test_a_memory_hog_ends_for_memory(sandbox: LocalSandbox) -> None:
    outcome = await python(sandbox, HOG)
    assert outcome.status.reason is EndReason.MEMORY
    assert outcome.status.exit_code is None
    assert (await run(sandbox, "echo", "alive")).text == "alive"


async def test_a_fork_bomb_is_bounded_and_can_be_ended(provider: LocalProvider, sandbox: LocalSandbox) -> None:
    process = await sandbox.start_process(Command(["python3", "-c", FORK_BOMB]))
    await until(lambda: len(host_pids(sandbox)) > SMALL.processes // 2)
    assert len(host_pids(sandbox)) <= SMALL.processes + SPARE_PROCESSES
    # Its neighbour has a count of its own, also where both are the same user of the host.
    neighbour = await provider.create(SandboxSpec("neighbour", "project"))
    many = "n=0; while [ $n -lt 40 ]; do sleep 600 & n=$((n+1)); done; echo $n"
    assert (await shell(neighbour, many)).text == "40"
    await neighbour.stop()
    await process.terminate(grace_ms=0)
    assert (await process.wait()).signal == 9
    await until(lambda: len(host_pids(sandbox)) == 1)
    assert (await run(sandbox, "echo", "alive")).text == "alive"


async def test_filling_the_disk_ends_for_disk(sandbox: LocalSandbox) -> None:
    script = "i=0; while :; do head -c 4000000 /dev/zero > file$i; i=$((i+1)); done"
    assert (await shell(sandbox, script)).status.reason is EndReason.DISK
    assert (await shell(sandbox, "rm file*; ls")).status.exit_code == 0


async def test_filling_the_disk_again_and_again_ends_the_sandbox(provider: LocalProvider) -> None:
    sandbox = await provider.create(SandboxSpec(f"filler-{secrets.token_hex(2)}", "project"))
    try:
        for turn in range(30):
            await shell(sandbox, f"i=0; while :; do head -c 8000000 /dev/zero > file{turn}-$i; i=$((i+1)); done")
            if not sandbox.running:
                break
        assert "disk" in await asyncio.wait_for(sandbox.wait_gone(), 30)
    except SandboxGone:
        assert "disk" in await sandbox.wait_gone()
    finally:
        await sandbox.stop()


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", "/home/sandbox"])
async def test_folders_in_memory_are_bounded(sandbox: LocalSandbox, folder: str) -> None:
    script = f"head -c 100000000 /dev/zero > {folder}/fill; stat -c %s {folder}/fill; rm {folder}/fill"
    outcome = await shell(sandbox, script)
    assert int(outcome.text) <= SMALL.tmp_bytes
    assert b"No space left" in outcome.stderr


async def test_files_are_bounded(sandbox: LocalSandbox) -> None:
    script = f"import os\nwith open('sparse', 'w') as f: os.truncate(f.fileno(), {SMALL.file_bytes + 1})"
    assert (await python(sandbox, script)).status.exit_code == 1


async def test_code_that_kills_its_keeper_is_lost_and_ended(sandbox: LocalSandbox) -> None:
    outcome = await python(sandbox, SIGNAL_KEEPER.format("SIGKILL"))
    assert outcome.status.reason is EndReason.LOST
    await until(lambda: len(host_pids(sandbox)) == 1)
    assert (await run(sandbox, "echo", "alive")).text == "alive"


async def test_code_that_freezes_its_keeper_can_be_terminated(
    sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "KEEPER_PATIENCE_S", 0.2)
    process = await sandbox.start_process(Command(["python3", "-c", SIGNAL_KEEPER.format("SIGSTOP")]))
    assert await first_line(process) == "sent"
    await process.terminate(grace_ms=0)
    assert (await process.wait()).reason is EndReason.LOST
    await until(lambda: len(host_pids(sandbox)) == 1)


async def test_stopping_amid_a_fork_bomb(provider: LocalProvider) -> None:
    sandbox = await provider.create(SandboxSpec(f"bomb-{secrets.token_hex(2)}", "project"))
    await sandbox.start_process(Command(["python3", "-c", FORK_BOMB]))
    await until(lambda: len(host_pids(sandbox)) > 10)
    pids = host_pids(sandbox)
    await sandbox.stop()
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]


async def test_two_commands_do_not_share_a_fate(sandbox: LocalSandbox) -> None:
    other = await sandbox.start_process(Command(argv_of("echo ready; read line; echo $line")))
    assert await first_line(other) == "ready"
    doomed = await sandbox.start_process(Command(["sleep", "600"]))
    await doomed.terminate(grace_ms=0)
    await asyncio.gather(other.write_stdin(b"still here\n"), other.close_stdin())
    assert (await finished(other)).text == "still here"
