"""Writing down the wish for a sandbox before there is a machine, within the quota."""

import asyncio
from datetime import timedelta

from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.choosing.admission import SandboxAdmission
from aura_gql.sandboxes.choosing.records import SandboxPlan
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import ProviderFull, SandboxNotFound
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.starter import MachineStarter


class SandboxCreator:
    """Stores new sandboxes, one at a time in this process so that the quota is counted exactly, and starts them."""

    def __init__(
        self,
        starter: MachineStarter,
        admission: SandboxAdmission,
        lifecycle: Lifecycle,
        registry: SandboxRegistry,
        limits: SandboxLimits,
    ) -> None:
        self._starter = starter
        self._lifecycle = lifecycle
        self._registry = registry
        self._limits = limits
        self._admission = admission
        self._lock = asyncio.Lock()

    async def launch(
        self, sandbox_id: ObjectId, user_id: str, project_id: ObjectId | None, plan: SandboxPlan
    ) -> tuple[SandboxRecord, bool]:
        """The sandbox of that id: a new one, PENDING and starting in the background, or the one that is there already.

        Whether it is new stands beside it. Without a project it is temporary. It is stored for the first provider of
        the plan that has room.

        SandboxQuotaExceeded.
        """
        is_new, is_admitted = False, False
        # Else the same call in another server stored it, took it back or admitted it under our hands.
        while not is_admitted:
            session = self._session(sandbox_id, user_id, project_id, plan)
            try:
                async with self._lock:
                    is_new = await SandboxSession.add(session)
                    is_admitted = await self._admission.admit(sandbox_id, user_id)
            except ProviderFull as refusal:
                plan = plan.without(refusal.provider, refusal.message)
                if not plan.providers:
                    raise
        record = await SandboxSession.find_record(sandbox_id)
        if record is None:
            raise SandboxNotFound("There is no sandbox with this id.")
        if is_new:
            await self._lifecycle.publish(record)
            self._starter.start(record)
        return record, is_new

    def _session(
        self, sandbox_id: ObjectId, user_id: str, project_id: ObjectId | None, plan: SandboxPlan
    ) -> SandboxSession:
        now = utcnow()
        provider, *fallback = plan.providers
        return SandboxSession(
            id=sandbox_id,
            user_id=user_id,
            project_id=project_id or sandbox_id,
            temporary=project_id is None,
            provider=provider,
            wanted_provider=plan.wanted,
            fallback=fallback,
            detour=plan.detour,
            size=plan.size,
            language=plan.language,
            status=SandboxStatus.PENDING,
            event_sequence=1,
            owner=self._registry.owner,
            lease_until=now + timedelta(seconds=self._limits.lease_s),
            created_at=now,
            updated_at=now,
            last_activity_at=now,
            idle_timeout_s=self._limits.idle_timeout_of(is_temporary=project_id is None),
            expires_at=now + timedelta(seconds=self._limits.lifetime_of(provider)),
        )
