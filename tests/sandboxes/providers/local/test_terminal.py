"""One terminal on the host's side; most of what it must do stands in the contract."""

import asyncio
import contextlib
import os

import pytest

from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.providers.local.terminal import _is_master
from aura_gql.sandboxes.values import TerminalSpec
from tests.support.local_sandbox import host_pids, open_channels
from tests.support.processes import run
from tests.support.screens import Screen
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


def open_masters() -> int:
    """How many descriptors of terminals this process holds."""
    count = 0
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            count += _is_master(int(descriptor))
    return count


async def test_leaves_no_descriptor_behind(sandbox: LocalSandbox) -> None:
    await run(sandbox, "true")
    before = open_channels()
    for argv in (["true"], ["sleep", "600"], ["sh", "-c", "exec 0<&- 1>&- 2>&-; exec sleep 600"]):
        async with Screen(await sandbox.open_terminal(TerminalSpec(argv))) as screen:
            await screen.type("any")
    await until(lambda: open_channels() <= before and not open_masters())
    await until(lambda: len(host_pids(sandbox)) == 1)


@pytest.mark.parametrize("turns", [0, 2, 20])
async def test_a_cancelled_start_leaves_nothing(sandbox: LocalSandbox, turns: int) -> None:
    await run(sandbox, "true")
    before = open_channels()
    opening = asyncio.create_task(sandbox.open_terminal(TerminalSpec(["sleep", "600"])))
    for _ in range(turns):
        await asyncio.sleep(0)
    opening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await (await opening).terminate(grace_ms=0)
    await until(lambda: len(host_pids(sandbox)) == 1)
    await until(lambda: open_channels() <= before and not open_masters())


async def test_anything_but_a_master_is_refused(sandbox: LocalSandbox) -> None:
    terminal = await sandbox.open_terminal(TerminalSpec(["true"]))
    await terminal.wait()
    reader, writer = os.pipe()
    terminal._connect([reader, writer])
    assert [data async for data in terminal.output()] == []
    for descriptor in (reader, writer):
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(descriptor)
