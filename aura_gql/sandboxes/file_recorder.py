"""Recording what code changes in the files of live sandboxes, and while which executions."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence

import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from aura_gql.files.changes.records import EntryKind, NewChange
from aura_gql.files.changes.service import FileChanges
from aura_gql.kernel.background import BackgroundTasks
from aura_gql.kernel.errors import DomainError, Unsupported
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.machine_files.ports import FileWatch
from aura_gql.sandboxes.machine_files.values import FileBatch, FileEvent, Rescan
from aura_gql.sandboxes.registry import LiveSandbox

# An execution's end waits for its changes, but for no database that is away.
SETTLE_S = 5.0
RETRY_S = 1.0
# A machine that can't be watched is asked again and again, which may cost its provider something.
MAX_RETRY_S = 60.0
STORED_AT_ONCE = 500
# Of one machine; code that does nothing else would fill the database.
MAX_CHANGES = 100_000

_log = structlog.get_logger(__name__)


class FileChangeRecorder:
    """One watch for each live machine, from when this process holds it until it ends."""

    def __init__(self, changes: FileChanges) -> None:
        self._changes = changes
        self._tasks = BackgroundTasks()
        self._recordings: dict[ObjectId, _Recording] = {}

    def begin(self, sandbox_id: ObjectId, live: LiveSandbox) -> None:
        """Record the changes in a machine from now on, in the background."""
        recording = self._recordings[sandbox_id] = _Recording(sandbox_id, live, self._changes)
        self._tasks.spawn(self._run(recording), f"file changes of {sandbox_id}")

    @contextlib.asynccontextmanager
    async def during(self, sandbox_id: ObjectId, execution_id: ObjectId) -> AsyncIterator[None]:
        """What changes in the block is recorded as made while this execution ran, and is kept when the block is left:
        at most 5 seconds are waited for that. What changed before the block is not.
        """
        recording = self._recordings.get(sandbox_id)
        if recording is None:
            yield
            return
        await recording.settle()
        recording.running.append(execution_id)
        try:
            yield
        finally:
            try:
                await recording.settle()
            finally:
                recording.running.remove(execution_id)

    async def close(self) -> None:
        """End every watch."""
        await self._tasks.cancel()

    async def _run(self, recording: "_Recording") -> None:
        try:
            await recording.run()
        finally:
            if self._recordings.get(recording.sandbox_id) is recording:
                del self._recordings[recording.sandbox_id]


class _Recording:
    def __init__(self, sandbox_id: ObjectId, live: LiveSandbox, changes: FileChanges) -> None:
        self.sandbox_id = sandbox_id
        self.running: list[ObjectId] = []
        self._live = live
        self._changes = changes
        self._recorded = 0
        self._watch: FileWatch | None = None
        self._has_begun = False
        self._is_ready = asyncio.Event()

    async def run(self) -> None:
        """Until the machine ends. A watch that fails is seen in the log and begun again, later each time where none can
        be begun at all; nobody waits for that.
        """
        pause_s = RETRY_S
        try:
            while True:
                self._has_begun = False
                try:
                    await self._follow()
                    return
                except (SandboxGone, Unsupported):
                    return
                except DomainError as error:
                    # Its provider is away, say.
                    _log.warning("sandbox.watch_failed", sandbox_id=str(self.sandbox_id), reason=error.message)
                except Exception as error:
                    _log.error("sandbox.watch_failed", sandbox_id=str(self.sandbox_id), exc_info=error)
                self._is_ready.set()
                pause_s = RETRY_S if self._has_begun else min(2 * pause_s, MAX_RETRY_S)
                await asyncio.sleep(pause_s)
        finally:
            self._is_ready.set()

    async def settle(self) -> None:
        """Have what changed before this call kept, within a bounded time."""
        try:
            async with asyncio.timeout(SETTLE_S):
                await self._is_ready.wait()
                if self._watch is not None:
                    await self._watch.settle()
        except TimeoutError:
            _log.warning("sandbox.file_changes_late", sandbox_id=str(self.sandbox_id))

    async def _follow(self) -> None:
        async with self._live.machine.watch() as watch:
            self._watch = watch
            self._has_begun = True
            self._is_ready.set()
            try:
                async for batch in watch:
                    await self._store(batch)
            finally:
                self._watch = None

    async def _store(self, batch: FileBatch) -> None:
        for rescan in batch:
            if isinstance(rescan, Rescan):
                _log.info("sandbox.files_compared", sandbox_id=str(self.sandbox_id), reason=rescan.reason)
        events = [event for event in batch if isinstance(event, FileEvent)]
        room = MAX_CHANGES - self._recorded
        if len(events) > room >= 0 and self._recorded <= MAX_CHANGES:
            _log.warning("sandbox.too_many_file_changes", sandbox_id=str(self.sandbox_id), limit=MAX_CHANGES)
        self._recorded += len(events)
        for some in _groups(events[: max(0, room)]):
            try:
                await self._changes.record(self._live.project_id, [self._change(event) for event in some])
            except PyMongoError as error:
                _log.error(
                    "sandbox.file_changes_lost", sandbox_id=str(self.sandbox_id), count=len(some), exc_info=error
                )

    def _change(self, event: FileEvent) -> NewChange:
        return NewChange(
            path=event.path,
            kind=event.kind,
            entry=EntryKind(event.entry.value),
            size=event.size,
            executable=event.executable,
            at=event.at,
            from_path=event.from_path,
            sandbox_id=self.sandbox_id,
            execution_ids=tuple(self.running),
        )


def _groups(events: Sequence[FileEvent]) -> Iterator[Sequence[FileEvent]]:
    for start in range(0, len(events), STORED_AT_ONCE):
        yield events[start : start + STORED_AT_ONCE]
