"""What sandboxes use, read once for all who watch: one reader for each sandbox, for as long as somebody does."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import replace

import structlog
from bson import ObjectId

from aura_gql.kernel.background import BackgroundTasks
from aura_gql.kernel.errors import DomainError, InvalidInput, Unsupported
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotRunning
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.records import ENDED_STATUSES, SandboxEventRecord, SandboxStatus, SandboxUse
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.values import MachineMetrics

MAX_INTERVAL_S = 60
_log = structlog.get_logger(__name__)
_INTERVAL_S = 1.0
# A long look must not become the host's main work.
_REST_PER_LOOK = 2
_OVER = ENDED_STATUSES | {SandboxStatus.STOPPING}


class SandboxMeter:
    """Follows what the machines of this process use. Someone else's sandbox answers as a missing one."""

    def __init__(self, lifecycle: Lifecycle, registry: SandboxRegistry) -> None:
        self._lifecycle = lifecycle
        self._registry = registry
        self._readers: dict[ObjectId, _Reader] = {}
        self._tasks = BackgroundTasks()

    async def follow(self, viewer_id: str, sandbox_id: ObjectId, every_s: int = 1) -> AsyncGenerator[SandboxUse, None]:
        """Figures at once where it runs, then about every `every_s` seconds, until the sandbox is stopped or ends. Who
        reads slowly misses some, never the newest. A sandbox that does not run yet is waited for.

        InvalidInput, SandboxNotFound, also once it is gone, Unsupported, SandboxNotRunning where another server holds
        the machine.
        """
        if not 1 <= every_s <= MAX_INTERVAL_S:
            raise InvalidInput(f"`everyS` must be 1 to {MAX_INTERVAL_S}.", field=("everyS",))
        async with contextlib.aclosing(self._lifecycle.changes_for(viewer_id, sandbox_id)) as changes:
            if (await anext(changes)).status in _OVER:
                return
            await self._require_here(sandbox_id)
            with self._reading(sandbox_id) as reader:
                over = asyncio.create_task(_until_over(changes))
                try:
                    async for use in reader.read(every_s, over):
                        yield use
                finally:
                    over.cancel()
                    await asyncio.wait([over])

    def __len__(self) -> int:
        """How many sandboxes are read."""
        return len(self._readers)

    async def _require_here(self, sandbox_id: ObjectId) -> None:
        record = await SandboxSession.find_record(sandbox_id)
        if record is not None and record.owner != self._registry.owner:
            raise SandboxNotRunning("The sandbox's machine is not held by this server.")

    @contextlib.contextmanager
    def _reading(self, sandbox_id: ObjectId) -> Iterator["_Reader"]:
        """The reader of a sandbox, which ends with its last user."""
        reader = self._readers.get(sandbox_id)
        if reader is None:
            reader = self._readers[sandbox_id] = _Reader(sandbox_id, self._registry)
            reader.task = self._tasks.spawn(reader.run(), f"meter of sandbox {sandbox_id}")
        reader.users += 1
        try:
            yield reader
        finally:
            reader.users -= 1
            if not reader.users:
                del self._readers[sandbox_id]
                if reader.task is not None:
                    reader.task.cancel()


class _Reader:
    """Asks one sandbox's machine, whichever it is by then, at intervals."""

    def __init__(self, sandbox_id: ObjectId, registry: SandboxRegistry) -> None:
        self.users = 0
        self.task: asyncio.Task[None] | None = None
        self._sandbox_id = sandbox_id
        self._registry = registry
        self._loop = asyncio.get_running_loop()
        self._latest: SandboxUse | None = None
        self._next: asyncio.Future[None] = self._loop.create_future()
        self._before: tuple[Sandbox, float, int] | None = None
        self._failure: DomainError | None = None

    async def read(self, every_s: int, over: "asyncio.Task[None]") -> AsyncIterator[SandboxUse]:
        """The newest figures, again and again until `over`."""
        seen: SandboxUse | None = None
        due_at = self._loop.time()
        while not over.done():
            if self._failure is not None:
                raise self._failure
            use, now = self._latest, self._loop.time()
            # Looks do not come to the millisecond: half an interval early is in time.
            if use is not None and use is not seen and now >= due_at - _INTERVAL_S / 2:
                seen, due_at = use, now + every_s
                yield use
                continue
            await asyncio.wait({over, self._next}, return_when=asyncio.FIRST_COMPLETED)
        over.result()

    async def run(self) -> None:
        """Look at intervals, until cancelled."""
        while self._failure is None:
            began = self._loop.time()
            live = self._registry.get(self._sandbox_id)
            if live is not None:
                await self._look(live.machine)
            took = self._loop.time() - began
            await asyncio.sleep(max(_INTERVAL_S - took, _REST_PER_LOOK * took))

    async def _look(self, machine: Sandbox) -> None:
        try:
            metrics = await machine.metrics()
        except Unsupported as error:
            self._failure = error
        except DomainError as error:
            _log.info("sandbox.not_measured", sandbox_id=str(self._sandbox_id), reason=error.message)
            return
        else:
            self._latest = SandboxUse(self._with_percent(machine, metrics), machine.limits)
        told, self._next = self._next, self._loop.create_future()
        told.set_result(None)

    def _with_percent(self, machine: Sandbox, metrics: MachineMetrics) -> MachineMetrics:
        """With what its CPU time comes to since the look before, where the provider does not tell."""
        if metrics.cpu_percent is not None or metrics.cpu_time_ms is None:
            return metrics
        now, before = self._loop.time(), self._before
        self._before = (machine, now, metrics.cpu_time_ms)
        if before is None or before[0] is not machine or now <= before[1]:
            return metrics
        return replace(metrics, cpu_percent=(metrics.cpu_time_ms - before[2]) / (now - before[1]) / 10)


async def _until_over(changes: AsyncGenerator[SandboxEventRecord, None]) -> None:
    async for change in changes:
        if change.status in _OVER:
            return
