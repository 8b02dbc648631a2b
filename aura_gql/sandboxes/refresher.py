"""Having machines get the files of their project as soon as these change."""

import asyncio

import structlog
from bson import ObjectId

from aura_gql.kernel.background import BackgroundTasks
from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.registry import LiveSandbox, SandboxRegistry
from aura_gql.sandboxes.syncing.syncer import ProjectSyncer

_log = structlog.get_logger(__name__)


class MachineRefresher:
    """Pushes in the background, so that who has saved something waits for no longer than `patience_s` seconds.

    Of each machine one push runs and one waits for its turn at most, however many saves there are.
    """

    def __init__(self, registry: SandboxRegistry, syncer: ProjectSyncer, patience_s: float = 5.0) -> None:
        self._registry = registry
        self._syncer = syncer
        self._patience_s = patience_s
        self._tasks = BackgroundTasks()
        self._waiting: dict[ObjectId, asyncio.Task[None]] = {}

    async def refresh(self, project_id: ObjectId) -> None:
        """Have the machines of a project that this process holds get its present files. Never raises: what fails is in
        the log, and the next use of the machine brings them.
        """
        machines = self._registry.of_project(project_id)
        pushes = [self._waiting.get(sandbox_id) or self._begin(sandbox_id, live) for sandbox_id, live in machines]
        if pushes:
            await asyncio.wait(pushes, timeout=self._patience_s)

    async def close(self) -> None:
        """End what is under way."""
        await self._tasks.cancel()

    def _begin(self, sandbox_id: ObjectId, live: LiveSandbox) -> asyncio.Task[None]:
        task = self._tasks.spawn(self._push(sandbox_id, live), f"refresh sandbox {sandbox_id}")
        self._waiting[sandbox_id] = task
        return task

    async def _push(self, sandbox_id: ObjectId, live: LiveSandbox) -> None:
        def begun() -> None:
            del self._waiting[sandbox_id]

        try:
            await self._syncer.push_changes(sandbox_id, live, begun)
        except DomainError as error:
            # The machine has ended, say. What nobody expects is told by the tasks.
            _log.info("sandbox.not_refreshed", sandbox_id=str(sandbox_id), reason=repr(error))
