"""Machines of no project."""

import pytest

from aura_gql.kernel.errors import Unsupported
from aura_gql.kernel.providers import SandboxProviderName
from tests.support.processes import shell
from tests.support.sandboxes import SandboxBench


async def fail_in_a_trial(bench: SandboxBench) -> None:
    async with bench.sandboxes.temporary.trial(SandboxProviderName.LOCAL) as machine:
        assert (await shell(machine, "ls -A")).stdout == b""
        raise ZeroDivisionError


async def test_a_trial_is_gone_behind_the_block_whatever_happens_in_it(bench: SandboxBench) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail_in_a_trial(bench)
    assert list(await bench.provider.list()) == []
    assert await bench.database["sandbox_sessions"].count_documents({}) == 0


async def test_a_trial_needs_a_provider(bench: SandboxBench) -> None:
    with pytest.raises(Unsupported):
        async with bench.sandboxes.temporary.trial(SandboxProviderName.DAYTONA):
            raise AssertionError
