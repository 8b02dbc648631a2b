"""Writing down the wish for a sandbox before there is a machine, within the quota."""

import asyncio
from datetime import timedelta

from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxQuotaExceeded
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.starter import MachineStarter


class SandboxCreator:
    """Stores new sandboxes, one at a time in this process so that the quota is counted exactly, and starts them."""

    def __init__(
        self, starter: MachineStarter, lifecycle: Lifecycle, registry: SandboxRegistry, limits: SandboxLimits
    ) -> None:
        self._starter = starter
        self._lifecycle = lifecycle
        self._registry = registry
        self._limits = limits
        self._lock = asyncio.Lock()

    async def launch(
        self, sandbox_id: ObjectId, user_id: str, project_id: ObjectId | None, provider: SandboxProviderName
    ) -> tuple[SandboxRecord, bool]:
        """The sandbox of that id: a new one, PENDING and starting in the background, or the one that is there already.

        Whether it is new stands beside it. Without a project it is temporary.

        SandboxQuotaExceeded.
        """
        is_new, is_admitted = False, False
        # Else the same call in another server stored it, took it back or admitted it under our hands.
        while not is_admitted:
            async with self._lock:
                is_new = await SandboxSession.add(self._session(sandbox_id, user_id, project_id, provider))
                is_admitted = await self._admit(sandbox_id, user_id)
        record = await SandboxSession.find_record(sandbox_id)
        if record is None:
            raise SandboxNotFound("There is no sandbox with this id.")
        if is_new:
            await self._lifecycle.publish(record)
            self._starter.start(record)
        return record, is_new

    def _session(
        self, sandbox_id: ObjectId, user_id: str, project_id: ObjectId | None, provider: SandboxProviderName
    ) -> SandboxSession:
        now = utcnow()
        return SandboxSession(
            id=sandbox_id,
            user_id=user_id,
            project_id=project_id or sandbox_id,
            temporary=project_id is None,
            provider=provider,
            status=SandboxStatus.PENDING,
            event_sequence=1,
            owner=self._registry.owner,
            lease_until=now + timedelta(seconds=self._limits.lease_s),
            created_at=now,
            updated_at=now,
            last_activity_at=now,
            idle_timeout_s=self._limits.idle_timeout_of(is_temporary=project_id is None),
            expires_at=now + timedelta(seconds=self._limits.lifetime_s),
        )

    async def _admit(self, sandbox_id: ObjectId, user_id: str) -> bool:
        """Whether the sandbox is within the quota; False where the same call elsewhere decided that meanwhile,
        SandboxQuotaExceeded where it had to go.

        Counted behind the insertion, so that of creations in several servers at once none slips past the limit; and
        decided once, whoever asks, so that nobody is given a sandbox which the same call elsewhere takes back.
        """
        found = await SandboxSession.find_admission(sandbox_id)
        if found is None:
            return False
        admission_id, is_granted = found
        if is_granted:
            return True
        of_user, here = await asyncio.gather(
            SandboxSession.count_live(user_id=user_id), SandboxSession.count_live(owner=self._registry.owner)
        )
        if of_user <= self._limits.max_per_user and here <= self._limits.max_per_host:
            return await SandboxSession.admit(sandbox_id, admission_id)
        if not await SandboxSession.take_back(sandbox_id, admission_id):
            return False
        if of_user > self._limits.max_per_user:
            limit = self._limits.max_per_user
            raise SandboxQuotaExceeded(
                f"You may have {limit} live sandboxes; stop one first.", details={"limit": limit}
            )
        raise SandboxQuotaExceeded(
            "This server has as many live sandboxes as it can hold; try again later.",
            details={"limit": self._limits.max_per_host},
        )
