"""Bringing what changed in a project to a machine, without overwriting what code changed there."""

from collections.abc import Mapping, Sequence

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord
from aura_gql.kernel.errors import DomainError, StorageUnavailable
from aura_gql.sandboxes.registry import LiveSandbox
from aura_gql.sandboxes.syncing.contents import groups
from aura_gql.sandboxes.syncing.decisions import decide
from aura_gql.sandboxes.syncing.looking import Looker, Seen
from aura_gql.sandboxes.syncing.mergers import put_of
from aura_gql.sandboxes.syncing.placing import Placer
from aura_gql.sandboxes.syncing.records import SyncConflict, SyncReport
from aura_gql.sandboxes.syncing.services import SyncParts
from aura_gql.sandboxes.syncing.values import FOLDER, Choices, Entry, Sides, SyncAction, SyncDirection, entry_of
from aura_gql.sandboxes.values import FileKind

_AT_ONCE = 64
_ROUNDS = 3
_UNDECIDED = (SyncAction.MERGE, SyncAction.CONFLICT)


class Push:
    """One push of what a project has `now` at some paths, None where it has nothing. Whoever runs it holds the
    machine's `sync_lock`.

    What the machine has by then is noted in its `synced` state step by step: each path is settled or held in the end,
    and a push that is cut off has lost nothing.
    """

    def __init__(
        self, parts: SyncParts, live: LiveSandbox, now: Mapping[str, FileRecord | None], choices: Choices | None = None
    ) -> None:
        self.report = SyncReport()
        self._parts = parts
        self._live = live
        self._now = dict(now)
        self._choices = choices or {}
        self._base: Mapping[str, FileRecord | None] = {}
        self._looker = Looker(live.machine, parts.files.limits.max_file_bytes)
        self._placer = Placer(live.machine, parts.contents, self._refuse)
        self._refused: dict[str, str] = {}

    async def run(self) -> SyncReport:
        """Do it. SandboxGone, ProviderUnavailable, SandboxQuotaExceeded, StorageUnavailable."""
        self._base = await self._parts.bases.of_paths(self._live.project_id, self._live.synced, self._now)
        # Removed first: what is new may need their places.
        gone = [path for path, record in self._now.items() if record is None]
        for start in range(0, len(gone), _AT_ONCE):
            await self._bring(gone[start : start + _AT_ONCE])
        for group in groups([record for record in self._now.values() if record is not None]):
            await self._bring([record.path for record in group])
        return self.report

    async def _bring(self, paths: Sequence[str]) -> None:
        for _ in range(_ROUNDS):
            judged = [(path, await self._judge(path, seen)) for path, seen in (await self._look(paths)).items()]
            paths = await self._write({path: seen for path, seen in judged if seen is not None})
            if not paths:
                return
        for path, seen in (await self._look(paths)).items():
            self._hold(path, seen, "It changes in the sandbox all the time.")

    async def _look(self, paths: Sequence[str]) -> dict[str, Seen]:
        if not self._live.was_used:
            # Nothing has run in it: it has what it got.
            return {path: Seen(entry_of(self._base[path])) for path in paths}
        known = {path: (entry_of(self._base[path]), entry_of(self._now[path])) for path in paths}
        return await self._looker.compare_all(known)

    async def _judge(self, path: str, seen: Seen) -> Seen | None:
        """What the machine has where it shall get what the project has; else the path is settled or held."""
        choice = self._choices.get(path)
        action = decide(SyncDirection.TO_SANDBOX, self._sides(path, seen), choice)
        is_doubtful = action is SyncAction.NOTHING and self._is_doubtful(path, seen)
        if action in _UNDECIDED or (choice and action is SyncAction.PUSH) or is_doubtful:
            seen = await self._looker.read(path)
            action = decide(SyncDirection.TO_SANDBOX, self._sides(path, seen), choice)
        if action is SyncAction.NOTHING:
            if is_doubtful and await self._was_sent(path, seen):
                return seen
            self._live.synced.settle(path, self._now[path])
            return None
        if choice and action is SyncAction.PUSH:
            return seen if await self._keep_theirs(path, seen) else None
        if action is SyncAction.PUSH or await self._gives_way(path, seen):
            return seen
        if action is SyncAction.MERGE and await self._merge(path, seen):
            return seen
        self._hold(path, seen)
        return None

    def _is_doubtful(self, path: str, seen: Seen) -> bool:
        """Whether the project changed a file and changed it back, and the machine may have a version in between."""
        base, ours = self._base[path], self._now[path]
        return seen.entry != entry_of(ours) and (base is None or ours is None or base.version != ours.version)

    async def _was_sent(self, path: str, seen: Seen) -> bool:
        return await self._parts.bases.was_sent(self._live.project_id, path, self._base[path], seen.entry)

    async def _gives_way(self, path: str, seen: Seen) -> bool:
        """Whether what the machine has can be overwritten although it seems to be another: nothing is lost with it."""
        if self._now[path] is not None and seen.entry == FOLDER:
            return await self._looker.is_hollow(path)
        return await self._was_sent(path, seen)

    async def _merge(self, path: str, seen: Seen) -> bool:
        """Have the project get the merged file, where there is one, which the machine shall get then."""
        base, ours = self._base[path], self._now[path]
        if base is None or ours is None or (merged := await self._parts.merger.merged(base, ours, seen)) is None:
            return False
        try:
            record = await self._parts.merger.apply(self._live.owner_id, self._live.project_id, merged)
        except StorageUnavailable:
            raise
        except DomainError:
            return False
        self._now[path] = record
        self.report.merged.append(path)
        return True

    async def _keep_theirs(self, path: str, seen: Seen) -> bool:
        """Have the version that the user gives up in the project's history; False where that can't be."""
        theirs, ours = seen.entry, self._now[path]
        if theirs is None or not theirs.is_file:
            return True
        if await self._was_sent(path, seen):
            return True
        if seen.data is None:
            self._hold(path, seen)
            return False
        try:
            self._now[path] = await self._parts.merger.keep(
                self._live.owner_id, self._live.project_id, path, ours, put_of(path, ours, seen)
            )
        except StorageUnavailable:
            raise
        except DomainError as error:
            self._hold(path, seen, f"The sandbox's version can't be kept in the project's history: {error.message}")
            return False
        return True

    async def _write(self, wanted: Mapping[str, Seen]) -> list[str]:
        """Have the machine get these; those that changed between being looked at and now, which it did not."""
        records = {path: record for path in wanted if (record := self._now[path]) is not None}
        files = await self._placer.load(list(records.values()))
        late = await self._late(wanted)
        ready = {path: seen for path, seen in wanted.items() if path not in late}
        self._refused = {}
        for path, seen in ready.items():
            await self._make_way(path, seen.entry)
        await self._placer.put([file for file in files if file.path in ready and file.path not in self._refused])
        for path in ready.keys() & records.keys() - self._refused.keys():
            if records[path].entry is EntryKind.FOLDER:
                await self._placer.put_folder(path)
        for path, seen in ready.items():
            self._end(path, seen)
        return late

    async def _late(self, wanted: Mapping[str, Seen]) -> list[str]:
        if not self._live.was_used:
            return []
        again = await self._looker.compare_all({path: (seen.entry,) for path, seen in wanted.items()})
        return [path for path, seen in wanted.items() if again[path].entry != seen.entry]

    async def _make_way(self, path: str, theirs: Entry | None) -> None:
        """Remove what writing does not replace."""
        ours = self._now[path]
        if theirs is None or (theirs.is_file and ours is not None and ours.entry is EntryKind.FILE):
            return
        if theirs.is_file:
            await self._placer.remove(path)
        elif theirs.kind is not FileKind.FOLDER or await self._looker.is_hollow(path):
            await self._placer.clear(path)
        elif ours is not None:
            self._refuse(path, "In the sandbox it is a folder with files in it.")

    def _refuse(self, path: str, reason: str) -> None:
        self._refused[path] = reason

    def _end(self, path: str, seen: Seen) -> None:
        """Note what became of a path that the machine was given."""
        if path in self._refused:
            self._hold(path, seen, self._refused[path])
            return
        ours = self._now[path]
        self._live.synced.settle(path, ours)
        if path not in self.report.merged:
            (self.report.deleted if ours is None else self.report.changed).append(path)

    def _hold(self, path: str, seen: Seen, reason: str | None = None) -> None:
        conflict = SyncConflict(path, self._base[path], self._now[path], seen.entry, reason or seen.reason)
        self._live.synced.hold(conflict)
        self.report.conflicts.append(conflict)

    def _sides(self, path: str, seen: Seen) -> Sides:
        return Sides(entry_of(self._base[path]), entry_of(self._now[path]), seen.entry)
