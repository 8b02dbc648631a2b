"""Turning to another provider, where a sandbox's owner allowed it and the present one has nothing to give."""

from datetime import timedelta

import structlog

from aura_gql.infra.patience import patiently
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.admission import SandboxAdmission
from aura_gql.sandboxes.choosing.documents import SandboxAdmissions
from aura_gql.sandboxes.choosing.records import joined
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus

_log = structlog.get_logger(__name__)


class Detours:
    """Moves starting sandboxes on, each a compare-and-set that is published: the record names the new provider before
    that is asked.
    """

    def __init__(self, admission: SandboxAdmission, lifecycle: Lifecycle, limits: SandboxLimits) -> None:
        self._admission = admission
        self._lifecycle = lifecycle
        self._limits = limits

    async def take(self, record: SandboxRecord, reason: str) -> SandboxRecord | None:
        """The sandbox at the next provider that its owner allows and that has room; None where there is none, or the
        sandbox does not start any more. `reason` says, for its owner, why not where it is: nothing was made there.
        """
        for provider in record.fallback:
            reason = joined(record.detour, reason)
            moved = await self._turn(record, provider, reason)
            if moved is None:
                return None
            _log.warning("sandbox.detour", sandbox_id=str(record.id), provider=provider.value, reason=reason)
            await self._lifecycle.publish(moved)
            full = await self._admission.fullness(provider)
            if full is None:
                return moved
            record, reason = moved, full.message
        return None

    async def _turn(self, record: SandboxRecord, provider: SandboxProviderName, reason: str) -> SandboxRecord | None:
        expires_at = record.created_at + timedelta(seconds=self._limits.lifetime_of(provider))
        moved = await patiently(lambda: SandboxAdmissions.turn(record, provider, reason, expires_at))
        if moved is not None:
            return moved
        current = await patiently(lambda: SandboxSession.find_record(record.id))
        # The answer to the first try of several may have been lost.
        is_there = current is not None and current.status is SandboxStatus.STARTING and current.provider is provider
        return current if is_there else None
