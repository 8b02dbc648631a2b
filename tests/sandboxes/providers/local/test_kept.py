"""What commands on pipes and on terminals have in common."""

import os
import signal

import pytest

from aura_gql.sandboxes.providers.local.kept import KeptCommand
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, EndReason, TerminalSpec
from tests.support.local_sandbox import host_pids
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("on_terminal", [False, True])
async def test_a_keeper_that_was_killed_means_lost(sandbox: LocalSandbox, on_terminal: bool) -> None:
    argv = ["sleep", "600"]
    kept: KeptCommand = await (
        sandbox.open_terminal(TerminalSpec(argv)) if on_terminal else sandbox.start_process(Command(argv))
    )
    _, keeper, _ = host_pids(sandbox)
    os.kill(keeper, signal.SIGKILL)
    assert (await kept.wait()).reason is EndReason.LOST
    await until(lambda: len(host_pids(sandbox)) == 1)
    await kept.signal(15)
    await kept.terminate(grace_ms=0)
