"""Machines that belong to no project: those that are looked into, and then thrown away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.starter import MachineStarter
from aura_gql.sandboxes.values import SandboxSpec

_TRIAL_S = 120


class TemporarySandboxes:
    """Makes them and takes them down."""

    def __init__(self, starter: MachineStarter) -> None:
        self._starter = starter

    @contextlib.asynccontextmanager
    async def trial(self, provider: SandboxProviderName) -> AsyncIterator[Sandbox]:
        """A machine without a record, to see what such machines have; it may be removed as an orphan: SandboxGone.

        Unsupported, ProviderUnavailable, SandboxQuotaExceeded.
        """
        spec = SandboxSpec(f"trial-{ObjectId()}", "trial", utcnow() + timedelta(seconds=_TRIAL_S))
        machine = await self._starter.provider(provider).create(spec)
        try:
            yield machine
        finally:
            await asyncio.shield(machine.stop())
