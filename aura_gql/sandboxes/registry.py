"""The machines that this process holds, and who uses them."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bson import ObjectId

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.records import SyncedState


@dataclass(slots=True)
class LiveSandbox:
    """A machine of a user's, what its disk got of the project, and the lock that keeps two syncs of files apart.

    `lives_until` is what the provider has been told of its end, `use_id` its row in the books, `was_used` whether code
    may have run.
    """

    machine: Sandbox
    project_id: ObjectId
    owner_id: str
    synced: SyncedState
    lives_until: datetime
    use_id: ObjectId
    was_used: bool = False
    sync_lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class SandboxRegistry:
    """Machines by sandbox id, and a count of the uses that keep each from being stopped as idle.

    `owner` is the name of this process in the records of the sandboxes that it holds.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._live: dict[ObjectId, LiveSandbox] = {}
        self._uses: Counter[ObjectId] = Counter()
        self.added: list[Callable[[ObjectId, LiveSandbox], None]] = []
        """Each is told of every machine that comes to be held."""

    def add(self, sandbox_id: ObjectId, live: LiveSandbox) -> None:
        """Hold a machine."""
        self._live[sandbox_id] = live
        for told in self.added:
            told(sandbox_id, live)

    def get(self, sandbox_id: ObjectId) -> LiveSandbox | None:
        """The machine, if this process holds it."""
        return self._live.get(sandbox_id)

    def use_ids(self) -> list[ObjectId]:
        """The rows of those machines in the books."""
        return [live.use_id for live in self._live.values()]

    def ids(self) -> list[ObjectId]:
        """The sandboxes whose machines this process holds."""
        return list(self._live)

    def of_project(self, project_id: ObjectId) -> list[tuple[ObjectId, LiveSandbox]]:
        """The machines of a project that this process holds, with the ids of their sandboxes."""
        return [(sandbox_id, live) for sandbox_id, live in self._live.items() if live.project_id == project_id]

    def pop(self, sandbox_id: ObjectId) -> LiveSandbox | None:
        """Let go of a machine."""
        return self._live.pop(sandbox_id, None)

    def used(self) -> list[ObjectId]:
        """The sandboxes in which something runs."""
        return list(self._uses)

    def in_use(self, sandbox_id: ObjectId) -> bool:
        """Whether something runs in it."""
        return self._uses[sandbox_id] > 0

    @contextlib.contextmanager
    def use(self, sandbox_id: ObjectId) -> Iterator[None]:
        """Counts as activity for as long as the block lasts."""
        self._uses[sandbox_id] += 1
        try:
            yield
        finally:
            self._uses[sandbox_id] -= 1
            if not self._uses[sandbox_id]:
                del self._uses[sandbox_id]
