"""Starting sandboxes of projects, for their owners and for the projects themselves."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bson import ObjectId

from aura_gql.infra.ports import IdempotencyKeys, RateLimiter
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.records import ProjectRecord
from aura_gql.projects.service import ProjectService
from aura_gql.sandboxes.choosing.plans import fingerprint_of, language_of, plan_for
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.creator import SandboxCreator
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.maker import MachineMaker
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord
from aura_gql.sandboxes.registry import SandboxRegistry


class SandboxLauncher:
    """Finds out what may be started, and has it started once. `forget` ends and forgets the sandboxes of a project."""

    def __init__(
        self,
        projects: ProjectService,
        maker: MachineMaker,
        creator: SandboxCreator,
        lifecycle: Lifecycle,
        registry: SandboxRegistry,
        idempotency: IdempotencyKeys,
        limits: SandboxLimits,
        operations: RateLimiter,
        forget: Callable[[ObjectId], Awaitable[None]],
    ) -> None:
        self._projects = projects
        self._maker = maker
        self._creator = creator
        self._lifecycle = lifecycle
        self._registry = registry
        self._idempotency = idempotency
        self._limits = limits
        self._operations = operations
        self._forget = forget

    async def create(
        self, viewer_id: str, project_id: ObjectId, wish: SandboxWish, idempotency_key: str | None
    ) -> SandboxRecord:
        """A new sandbox of a READY project, PENDING, or the one that the key stands for.

        ProjectNotFound, ProjectNotReady, Unsupported, SandboxNotFound, SandboxQuotaExceeded, IdempotencyMismatch,
        RateLimited.
        """
        project = await self._projects.require_ready(viewer_id, project_id)
        plan_for(wish, project.sandbox_provider, self._maker.configured)
        request = {"projectId": str(project_id)} | fingerprint_of(wish)
        sandbox_id = await self._idempotency.claim(
            user_id=viewer_id, operation="createSandbox", key=idempotency_key, request=request
        )
        earlier = None if idempotency_key is None else await SandboxSession.find_record(sandbox_id)
        if earlier is not None:
            if earlier.is_deleted:
                raise SandboxNotFound("The sandbox that this key stands for was deleted.", field=("idempotencyKey",))
            return (await self._launch(sandbox_id, project, wish))[0]
        resets_at = await self._operations.take(viewer_id)
        record, is_new = await self._launch(sandbox_id, project, wish)
        if not is_new:
            await self._operations.adjust(viewer_id, resets_at, -1)
        return record

    async def start_for_project(self, user_id: str, project_id: ObjectId, provider: SandboxProviderName) -> None:
        """Have a sandbox of the project running, and return when it runs; one that lives already will do.

        SandboxNotRunning with the reason, Unsupported, SandboxQuotaExceeded, ProjectNotFound.
        """
        self._maker.provider(provider)
        live = [record for record in await SandboxSession.find_live([project_id]) if record.is_usable]
        if live:
            try:
                await self._lifecycle.until_running(live[-1].id, self._limits.start_timeout_s)
                return
            except SandboxNotRunning:
                # Another server's may end because that server is dead, which asks for a new one.
                if live[-1].owner == self._registry.owner:
                    raise
        project = await self._projects.get(user_id, project_id)
        record, _ = await self._launch(ObjectId(), project, SandboxWish(provider))
        await self._lifecycle.until_running(record.id, self._limits.start_timeout_s)

    async def _launch(
        self, sandbox_id: ObjectId, project: ProjectRecord, wish: SandboxWish
    ) -> tuple[SandboxRecord, bool]:
        """Asks for the project once more behind the insertion: a deletion meanwhile may not have seen the sandbox."""
        if wish.language is None:
            wish = replace(wish, language=language_of(project.start_command))
        plan = plan_for(wish, project.sandbox_provider, self._maker.configured)
        record, is_new = await self._creator.launch(sandbox_id, project.user_id, project.id, plan)
        try:
            await self._projects.get(project.user_id, project.id)
        except ProjectNotFound:
            await self._forget(project.id)
            raise
        return record, is_new
