"""Previews: who may reach which port of a sandbox, and for how long."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from bson import ObjectId

from aura_gql.infra.ports import IdempotencyKeys
from aura_gql.kernel.background import Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput
from aura_gql.previews.activity import SandboxActivity
from aura_gql.previews.addresses import PreviewAddresses
from aura_gql.previews.documents import PreviewUrl
from aura_gql.previews.errors import PreviewNotFound, PreviewsOff, TooManyPreviews
from aura_gql.previews.records import MadePreview, PreviewLimits, PreviewRecord
from aura_gql.previews.tokens import digest_of, new_token
from aura_gql.previews.visits import Visits
from aura_gql.sandboxes.errors import SandboxGone, SandboxNotRunning
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.records import SandboxRecord, SandboxStatus
from aura_gql.sandboxes.service import SandboxService

_NO_SUCH_PREVIEW = "There is no preview with this id."
_ENDED_OR_ENDING = {SandboxStatus.STOPPING, SandboxStatus.STOPPED, SandboxStatus.ERROR}
_LAST_PORT = 65535
_LISTED = 100


class PreviewService:
    """A user's previews. Someone else's answers as a missing one.

    A server calls `start` at its start and `stop` at its end, before it closes the sandboxes.
    """

    def __init__(
        self,
        sandboxes: SandboxService,
        idempotency: IdempotencyKeys,
        limits: PreviewLimits,
        addresses: PreviewAddresses | None,
    ) -> None:
        """Without `addresses` this server makes no previews."""
        self._sandboxes = sandboxes
        self._idempotency = idempotency
        self._limits = limits
        self._activity = SandboxActivity(sandboxes)
        self._visits = Visits(limits.max_connections)
        self._patrol = Periodic("preview patrol", limits.patrol_interval_s, self.patrol)
        self.addresses = addresses

    async def create(
        self,
        viewer_id: str,
        sandbox_id: ObjectId,
        port: int,
        expires_in_s: int | None = None,
        idempotency_key: str | None = None,
    ) -> MadePreview:
        """A preview of a port on which something listens, or will. It ends with its sandbox at the latest.

        PreviewsOff, InvalidInput, SandboxNotFound, SandboxNotRunning, TooManyPreviews, IdempotencyMismatch.
        """
        if self.addresses is None:
            raise PreviewsOff("Previews are off on this server: PREVIEW_PORT turns them on.")
        lasts = timedelta(seconds=self._require_duration(expires_in_s))
        if not 1 <= port <= _LAST_PORT:
            raise InvalidInput(f"`port` is a number from 1 to {_LAST_PORT}.", field=("port",))
        sandbox = await self._sandboxes.get(viewer_id, sandbox_id)
        preview_id = await self._idempotency.claim(
            user_id=viewer_id,
            operation="createPreviewUrl",
            key=idempotency_key,
            request={"sandboxId": str(sandbox_id), "port": port, "expiresInS": expires_in_s},
        )
        if idempotency_key is not None and (earlier := await self._owned(viewer_id, preview_id)):
            return MadePreview(earlier, None)
        if sandbox.status in _ENDED_OR_ENDING:
            raise SandboxNotRunning(f"The sandbox is {sandbox.status}.")
        return await self._add(preview_id, sandbox, port, lasts, self.addresses)

    async def revoke(self, viewer_id: str, preview_id: ObjectId) -> PreviewRecord:
        """End a preview, and what goes through it. Safe to repeat; PreviewNotFound."""
        revoked = await PreviewUrl.revoke(viewer_id, preview_id)
        if revoked is None:
            raise PreviewNotFound(_NO_SUCH_PREVIEW)
        self._visits.end([preview_id])
        return revoked

    async def list_for_sandbox(self, viewer_id: str, sandbox_id: ObjectId) -> Sequence[PreviewRecord]:
        """The viewer's previews of a sandbox that have not expired, the newest first; of more than 100 these."""
        found = await PreviewUrl.find_of_sandbox(viewer_id, sandbox_id, _LISTED)
        now = utcnow()
        return [preview for preview in found if preview.expires_at > now]

    async def get_many(self, viewer_id: str, preview_ids: Sequence[ObjectId]) -> dict[ObjectId, PreviewRecord]:
        """Those of the previews that the viewer may see, by id, in one query."""
        return {record.id: record for record in await PreviewUrl.find_owned(viewer_id, preview_ids)}

    async def behind(self, token: str) -> PreviewRecord:
        """The preview of a token; PreviewNotFound also where it was revoked or has expired."""
        preview = await PreviewUrl.find_live(digest_of(token))
        if preview is None:
            raise PreviewNotFound("There is no such preview.")
        return preview

    @contextlib.asynccontextmanager
    async def visit(self, preview: PreviewRecord) -> AsyncIterator[Sandbox]:
        """The machine behind a preview, which counts as in use for as long as the block lasts.

        PreviewBusy, SandboxGone, SandboxNotRunning where it starts or another server holds it; PreviewNotFound where
        the preview ends in the middle.
        """
        machine = await self._machine(preview)
        with self._activity.visit(preview.sandbox_id):
            async with self._visits.visit(preview):
                yield machine

    async def remove_project(self, project_id: ObjectId) -> None:
        """End and forget every preview of a project. Safe to repeat."""
        self._visits.end(await PreviewUrl.remove_of_project(project_id))

    async def patrol(self) -> None:
        """One round of the loop: cut off what goes through previews that another server ended."""
        visited = self._visits.preview_ids()
        if visited:
            self._visits.end(set(visited) - await PreviewUrl.live_ids(visited))

    def count_visits(self) -> int:
        """How many connections go through previews in this process."""
        return len(self._visits)

    def start(self) -> None:
        """Begin the loop."""
        self._patrol.start()

    async def stop(self) -> None:
        """End the loop, and what goes through previews."""
        await self._patrol.stop()
        self._visits.end(self._visits.preview_ids())
        await self._activity.close()

    async def _add(
        self, preview_id: ObjectId, sandbox: SandboxRecord, port: int, lasts: timedelta, addresses: PreviewAddresses
    ) -> MadePreview:
        token, now = new_token(), utcnow()
        preview = PreviewUrl(
            id=preview_id,
            sandbox_id=sandbox.id,
            project_id=sandbox.project_id,
            user_id=sandbox.user_id,
            port=port,
            token_digest=digest_of(token),
            created_at=now,
            expires_at=min(now + lasts, sandbox.expires_at),
        )
        is_new = await PreviewUrl.add(preview)
        # Counted behind the insertion, so that of several at once none slips past the limit.
        if is_new and await PreviewUrl.count_live(sandbox.id) > self._limits.max_per_sandbox:
            await PreviewUrl.take_back(preview_id)
            most = self._limits.max_per_sandbox
            raise TooManyPreviews(f"A sandbox has at most {most} previews; revoke one first.", details={"limit": most})
        found = await self._owned(sandbox.user_id, preview_id)
        if found is None:
            raise PreviewNotFound(_NO_SUCH_PREVIEW)
        return MadePreview(found, addresses.url_of(token) if is_new else None)

    async def _machine(self, preview: PreviewRecord) -> Sandbox:
        machine = self._sandboxes.machines.get(preview.sandbox_id)
        if machine is not None:
            return machine
        sandbox = await self._sandboxes.state(preview.sandbox_id)
        if sandbox is None or sandbox.status in _ENDED_OR_ENDING:
            raise SandboxGone("The sandbox has ended.")
        raise SandboxNotRunning("The sandbox is starting, or another server holds it.")

    async def _owned(self, user_id: str, preview_id: ObjectId) -> PreviewRecord | None:
        return next(iter(await PreviewUrl.find_owned(user_id, [preview_id])), None)

    def _require_duration(self, seconds: int | None) -> int:
        limits = self._limits
        if seconds is None:
            return limits.default_s
        if not limits.min_s <= seconds <= limits.max_s:
            raise InvalidInput(f"`expiresInS` is from {limits.min_s} to {limits.max_s}.", field=("expiresInS",))
        return seconds
