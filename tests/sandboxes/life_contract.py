"""What every provider's sandboxes must tell of themselves, and how long they live."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import Unsupported
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.values import SandboxSpec
from tests.sandboxes.provider_contract import ContractFixtures
from tests.support.processes import run


class LifeContract(ContractFixtures):
    """Limits, clocks and figures."""

    async def test_tells_its_limits(self, sandbox: Sandbox) -> None:
        limits = {name: limit for name, limit in asdict(sandbox.limits).items() if limit is not None}
        assert all(limit["value"] > 0 for limit in limits.values())
        assert "output_bytes" not in limits

    async def test_lives_on_where_it_is_extended(self, provider: SandboxProvider, sandbox: Sandbox) -> None:
        until = utcnow() + timedelta(hours=5)
        if not provider.capabilities.extend:
            with pytest.raises(Unsupported):
                await sandbox.extend(until)
            return
        for _ in range(2):
            await sandbox.extend(until)
        assert (await run(sandbox, "echo", "alive")).text == "alive"

    async def test_what_has_ended_can_not_be_extended(self, provider: SandboxProvider) -> None:
        sandbox = await provider.create(SandboxSpec("ended", "project"))
        await sandbox.stop()
        with pytest.raises((SandboxGone, Unsupported)):
            await sandbox.extend(utcnow())
