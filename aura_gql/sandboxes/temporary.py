"""Sandboxes that belong to no project: for one execution, or to be looked into, and then thrown away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.plans import plan_for
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.creator import SandboxCreator
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.maker import MachineMaker
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord
from aura_gql.sandboxes.stopper import MachineStopper
from aura_gql.sandboxes.values import SandboxSpec

_TRIAL_S = 120


class TemporarySandboxes:
    """Makes them and takes them down."""

    def __init__(
        self, maker: MachineMaker, creator: SandboxCreator, stopper: MachineStopper, limits: SandboxLimits
    ) -> None:
        self._maker = maker
        self._creator = creator
        self._stopper = stopper
        self._limits = limits

    @property
    def default_provider(self) -> SandboxProviderName:
        """Who runs what names no provider."""
        return self._limits.default_provider

    def has_network(self, provider: SandboxProviderName) -> bool:
        """Whether code in its sandboxes reaches any host; Unsupported where this server has none of that name."""
        return self._maker.provider(provider).capabilities.network and self._limits.network is not None

    def kind_for(self, provider: SandboxProviderName, language: str | None) -> str | None:
        """The language, where a provider has machines of their own for it; None where they are the usual ones."""
        return language if language in self._limits.bounds_of(provider).languages else None

    async def launch(self, sandbox_id: ObjectId, user_id: str, wish: SandboxWish) -> SandboxRecord:
        """A sandbox without a project, PENDING: it starts in the background. The same one again for the same id.

        Whoever has it made removes it; should that fail, it is stopped once nothing has used it for a minute, and when
        its server has died. Unsupported; SandboxQuotaExceeded: it counts as any other.
        """
        plan = plan_for(wish, self._limits.default_provider, self._maker.configured)
        return (await self._creator.launch(sandbox_id, user_id, None, plan))[0]

    async def remove(self, sandbox_id: ObjectId) -> None:
        """Have a temporary sandbox end in the background. Safe to repeat, and where there is none."""
        record = await SandboxSession.find_record(sandbox_id)
        if record is not None and record.is_temporary and record.is_live:
            self._stopper.begin(record, "Its execution has ended.", 0)

    @contextlib.asynccontextmanager
    async def trial(self, provider: SandboxProviderName, language: str | None = None) -> AsyncIterator[Sandbox]:
        """A machine without a record, to see what such machines have, those for a language where one is named; it may
        be removed as an orphan: SandboxGone.

        Unsupported, ProviderUnavailable, SandboxQuotaExceeded.
        """
        lives_until = utcnow() + timedelta(seconds=_TRIAL_S)
        spec = SandboxSpec(f"trial-{ObjectId()}", "trial", lives_until, language=language)
        machine = await self._maker.provider(provider).create(spec)
        try:
            yield machine
        finally:
            await asyncio.shield(machine.stop())
