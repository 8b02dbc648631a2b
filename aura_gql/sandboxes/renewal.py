"""More time for a sandbox, and a new machine in the place of its present one."""

from datetime import timedelta

from bson import ObjectId

from aura_gql.infra.ports import IdempotencyKeys, RateLimiter
from aura_gql.kernel.errors import Conflict, InvalidInput, Unsupported
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.maker import MachineMaker
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.starter import MachineStarter

# Each try loses only against another extension or a change of status.
_TRIES = 20
_RESTARTED = "Its owner restarted it."


class SandboxRenewal:
    """What owners ask for to keep a sandbox going. Someone else's answers as a missing one."""

    def __init__(
        self,
        maker: MachineMaker,
        starter: MachineStarter,
        lifecycle: Lifecycle,
        registry: SandboxRegistry,
        idempotency: IdempotencyKeys,
        limits: SandboxLimits,
        operations: RateLimiter,
    ) -> None:
        self._maker = maker
        self._starter = starter
        self._lifecycle = lifecycle
        self._registry = registry
        self._idempotency = idempotency
        self._limits = limits
        self._operations = operations

    async def extend(
        self, viewer_id: str, sandbox_id: ObjectId, by_s: int, idempotency_key: str | None = None
    ) -> SandboxRecord:
        """Move the end of a sandbox by seconds; of two extensions at once both count.

        SandboxNotFound, InvalidInput for no time or more than a sandbox may have, SandboxNotRunning, Unsupported,
        IdempotencyMismatch.
        """
        if by_s < 1:
            raise InvalidInput("`byS` must be at least 1.", field=("byS",))
        record = await self._owned(viewer_id, sandbox_id)
        wish_id = await self._claim(viewer_id, "extendSandbox", idempotency_key, record, byS=by_s)
        for _ in range(_TRIES):
            if await SandboxSession.has_granted(sandbox_id, wish_id):
                return record
            self._require_extensible(record)
            until = record.expires_at + timedelta(seconds=by_s)
            longest_s = self._limits.longest_of(record.provider)
            latest = record.created_at + timedelta(seconds=longest_s)
            if until > latest:
                left = max(0, int((latest - record.expires_at).total_seconds()))
                raise InvalidInput(
                    f"A sandbox lives {longest_s:g} seconds at most; `byS` may be {left} for this one.",
                    field=("byS",),
                    details={"limit": left, "resource": "lifetime"},
                )
            extended = await self._lifecycle.extend(record, until, wish_id)
            if extended is not None:
                await self._starter.prolong(extended)
                return extended
            record = await self._owned(viewer_id, sandbox_id)
        raise Conflict("The sandbox is being changed by others all the time; try again.", field=("sandboxId",))

    async def restart(self, viewer_id: str, sandbox_id: ObjectId, idempotency_key: str | None = None) -> SandboxRecord:
        """Have a RUNNING sandbox get a new machine with the project's files: STARTING, the rest in the background. One
        that starts anyway is given as it is.

        It counts as an operation. SandboxNotFound, SandboxNotRunning, IdempotencyMismatch, RateLimited.
        """
        record = await self._owned(viewer_id, sandbox_id)
        wish_id = await self._claim(viewer_id, "restartSandbox", idempotency_key, record)
        if await SandboxSession.has_granted(sandbox_id, wish_id):
            return record
        self._require_usable(record)
        if record.status is not SandboxStatus.RUNNING:
            return record
        await self._operations.take(viewer_id)
        running = [SandboxStatus.RUNNING]
        restarting = await self._lifecycle.advance(
            sandbox_id, SandboxStatus.STARTING, _RESTARTED, only_from=running, wish_id=wish_id
        )
        if restarting is None:
            return await self._owned(viewer_id, sandbox_id)
        if self._registry.get(sandbox_id) is not None:
            self._starter.restart(restarting)
        return restarting

    async def _owned(self, viewer_id: str, sandbox_id: ObjectId) -> SandboxRecord:
        found = await SandboxSession.find_owned(viewer_id, [sandbox_id])
        if not found:
            raise SandboxNotFound("There is no sandbox with this id.")
        return found[0]

    async def _claim(
        self, viewer_id: str, operation: str, key: str | None, record: SandboxRecord, **request: object
    ) -> ObjectId:
        request["sandboxId"] = str(record.id)
        return await self._idempotency.claim(user_id=viewer_id, operation=operation, key=key, request=request)

    def _require_extensible(self, record: SandboxRecord) -> None:
        self._require_usable(record)
        if not self._maker.provider(record.provider).capabilities.extend:
            raise Unsupported(f"The life of a sandbox of {record.provider} can't be extended.", field=("sandboxId",))

    def _require_usable(self, record: SandboxRecord) -> None:
        if not record.is_usable:
            reason = f": {record.status_reason}" if record.status_reason else "."
            raise SandboxNotRunning(f"The sandbox is {record.status}{reason}", field=("sandboxId",))
