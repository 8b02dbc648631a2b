"""Visits as activity of sandboxes: a browser asks for a hundred files at once, which are one use and not a hundred."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bson import ObjectId

from aura_gql.kernel.background import BackgroundTasks
from aura_gql.sandboxes.service import SandboxService

LINGER_S = 2.0
"""How long a sandbox stays in use behind a visit, so that the next one finds it so."""


@dataclass(slots=True)
class _Use:
    visits: int = 0
    last_at: float = 0.0


class SandboxActivity:
    """Keeps the sandboxes in use that are visited."""

    def __init__(self, sandboxes: SandboxService) -> None:
        self._sandboxes = sandboxes
        self._tasks = BackgroundTasks()
        self._uses: dict[ObjectId, _Use] = {}

    @contextmanager
    def visit(self, sandbox_id: ObjectId) -> Iterator[None]:
        """Counts as activity for as long as the block lasts, and a moment longer."""
        use = self._uses.get(sandbox_id)
        if use is None:
            use = self._uses[sandbox_id] = _Use()
            self._tasks.spawn(self._keep(sandbox_id, use), f"previews of sandbox {sandbox_id}")
        use.visits += 1
        try:
            yield
        finally:
            use.visits -= 1
            use.last_at = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Keep nothing in use any more."""
        await self._tasks.cancel()

    async def _keep(self, sandbox_id: ObjectId, use: _Use) -> None:
        try:
            async with self._sandboxes.in_use(sandbox_id):
                while use.visits or asyncio.get_running_loop().time() - use.last_at < LINGER_S:
                    await asyncio.sleep(LINGER_S)
                del self._uses[sandbox_id]
        finally:
            if self._uses.get(sandbox_id) is use:
                del self._uses[sandbox_id]
