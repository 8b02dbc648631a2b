"""Saving what code changed in a machine as new versions of its project's files, without overwriting newer ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.errors import FileNotFound, FileTooLarge, InvalidPath, PathClash, VersionConflict
from aura_gql.files.records import FileRecord, RevisionSource, VersionRecord
from aura_gql.files.writing.operations import DeletePath, PutFile
from aura_gql.kernel.errors import DomainError, StorageUnavailable
from aura_gql.sandboxes.registry import LiveSandbox
from aura_gql.sandboxes.syncing.candidates import ProjectTree, ignore_rules, new_paths, project_tree, without_clashes
from aura_gql.sandboxes.syncing.contents import groups
from aura_gql.sandboxes.syncing.decisions import decide
from aura_gql.sandboxes.syncing.looking import Looker, Seen
from aura_gql.sandboxes.syncing.mergers import put_of
from aura_gql.sandboxes.syncing.placing import Placer
from aura_gql.sandboxes.syncing.records import SyncConflict, SyncReport
from aura_gql.sandboxes.syncing.rooms import Room
from aura_gql.sandboxes.syncing.services import SyncParts
from aura_gql.sandboxes.syncing.values import (
    Choices,
    Sides,
    SyncAction,
    SyncDirection,
    Wants,
    entry_of,
    everything,
    file_of,
)
from aura_gql.sandboxes.syncing.walking import walk
from aura_gql.sandboxes.values import FileKind

# Each is one file that came to stand in the way since it was compared.
_MAX_DROPPED = 50
_KEEP_TRIES = 3


@dataclass(frozen=True, slots=True)
class PullRules:
    """What a pull takes. `wants` narrows the paths. Without `deletes`, what was removed in the sandbox stays in the
    project. `is_last` says that the machine goes: then the sandbox's side of each conflict is kept in the project's
    history, and nothing is written to the machine any more.
    """

    wants: Wants = everything
    deletes: bool = True
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is to be done in the project, and what it is made of in the sandbox."""

    operation: PutFile | DeletePath
    seen: Seen
    is_merged: bool = False


class Pull:
    """One pull: all that it takes is one revision of the project. Whoever runs it holds the machine's `sync_lock`."""

    def __init__(
        self, parts: SyncParts, live: LiveSandbox, rules: PullRules | None = None, choices: Choices | None = None
    ) -> None:
        self.report = SyncReport()
        self._parts = parts
        self._live = live
        self._rules = rules or PullRules()
        self._choices = choices or {}
        self._tree = ProjectTree({}, {})
        self._room = Room(parts.files.limits, [])
        self._taken: dict[str, _Taken] = {}
        self._losers: dict[str, Seen] = {}

    async def run(self) -> SyncReport:
        """Do it. At most the bytes of a whole project are kept in memory.

        SandboxGone, ProviderUnavailable, StorageUnavailable, ProjectNotFound, ProjectNotReady, and the errors of the
        limits.
        """
        live, limits = self._live, self._parts.files.limits
        looker = Looker(live.machine, limits.max_file_bytes)
        self._tree = await project_tree(self._parts, live)
        self._room = Room(limits, self._tree.now.values())
        walked = await walk(live.machine, await ignore_rules(self._parts, self._tree))
        self.report.skip_all(walked.skipped)
        own = self._tree.paths
        async for path, seen in looker.read_all(sorted(path for path in own if self._rules.wants(path))):
            await self._judge(path, seen)
        new = new_paths(walked.found, own, self._rules.wants, limits, self.report)
        async for path, seen in looker.read_all(without_clashes(new, self._present(), self.report)):
            await self._judge(path, seen)
        merged = await self._save()
        await self._keep_losers()
        if not self._rules.is_last:
            await self._bring_back(looker, merged)
        return self.report

    def _present(self) -> list[str]:
        gone = {path for path, taken in self._taken.items() if isinstance(taken.operation, DeletePath)}
        return [record.place for path, record in self._tree.now.items() if path not in gone]

    async def _judge(self, path: str, seen: Seen) -> None:
        base, ours = self._tree.base.get(path), self._tree.now.get(path)
        sides = Sides(entry_of(base), entry_of(ours), seen.entry)
        action = decide(SyncDirection.TO_PROJECT, sides, self._choices.get(path))
        if action is SyncAction.PULL:
            if ours is None or base is None or ours.version == base.version or not await self._was_sent(path, seen):
                self._take(path, ours, seen)
        elif action is not SyncAction.NOTHING:
            await self._judge_both(path, seen, action)
        elif sides.ours == sides.theirs:
            self._live.synced.settle(path, ours)

    def _take(self, path: str, ours: FileRecord | None, seen: Seen) -> None:
        """Have the project follow the sandbox."""
        if seen.data is not None:
            self._add(path, put_of(path, ours, seen), seen)
        elif seen.entry is not None and seen.entry.is_file:
            self.report.skip(path, seen.reason or "It could not be read.")
        # A folder is kept because somebody said so, and takes along what is in it.
        elif ours is not None and ours.entry is EntryKind.FILE and (self._rules.deletes or path in self._choices):
            self._room.give_back(ours)
            self._taken[path] = _Taken(DeletePath(path, ours.version), seen)

    def _add(self, path: str, operation: PutFile, seen: Seen, *, is_merged: bool = False) -> bool:
        ours, size = self._tree.now.get(path), operation.content.size
        reason = self._room.refusal(ours, size)
        if reason is not None:
            self.report.skip(path, reason)
            return False
        self._room.take(ours, size)
        self._taken[path] = _Taken(operation, seen, is_merged)
        return True

    async def _judge_both(self, path: str, seen: Seen, action: SyncAction) -> None:
        base, ours = self._tree.base.get(path), self._tree.now.get(path)
        is_removed = seen.entry is None or seen.entry.kind is FileKind.FOLDER
        if (is_removed and not self._rules.deletes) or await self._was_sent(path, seen):
            return
        if action is SyncAction.MERGE and base is not None and ours is not None:
            merged = await self._parts.merger.merged(base, ours, seen)
            if merged is not None and self._add(path, merged, seen, is_merged=True):
                return
        self._hold(path, ours, seen)

    async def _was_sent(self, path: str, seen: Seen) -> bool:
        """Whether a push that was cut off has brought it: then the next one goes on from there."""
        base = self._tree.base.get(path)
        return await self._parts.bases.was_sent(self._live.project_id, path, base, seen.entry)

    def _hold(self, path: str, ours: FileRecord | None, seen: Seen) -> None:
        conflict = SyncConflict(path, self._tree.base.get(path), ours, seen.entry, seen.reason)
        self._live.synced.hold(conflict)
        self.report.conflicts.append(conflict)
        if not self._rules.is_last or seen.data is None:
            return
        if reason := self._room.refusal(ours, len(seen.data)):
            self.report.skip(path, reason)
            return
        self._room.take(ours, len(seen.data))
        self._losers[path] = seen

    async def _save(self) -> dict[str, FileRecord]:
        """Have the project get what was taken, but for what turns out to stand in the way; the merged files."""
        for _ in range(_MAX_DROPPED):
            if not self._taken:
                return {}
            # What is new may need the places of what is removed.
            taken = sorted(self._taken.values(), key=lambda each: isinstance(each.operation, PutFile))
            operations = [each.operation for each in taken]
            try:
                batch = await self._parts.files.writer.apply(
                    self._live.owner_id, self._live.project_id, operations, source=RevisionSource.SYNC
                )
            except (VersionConflict, FileNotFound, PathClash, InvalidPath, FileTooLarge) as error:
                await self._drop(error)
            else:
                return self._note(batch.changed, batch.kept)
        raise VersionConflict("The project's files are being changed by others all the time.")

    async def _drop(self, error: DomainError) -> None:
        path = error.details.get("path")
        taken = self._taken.pop(path, None) if isinstance(path, str) else None
        if taken is None or not isinstance(path, str):
            raise error
        if isinstance(error, VersionConflict | FileNotFound):
            self._hold(path, await self._now_at(path), taken.seen)
        else:
            self.report.skip(path, error.message)

    async def _now_at(self, path: str) -> FileRecord | None:
        try:
            return await self._parts.files.get(self._live.owner_id, self._live.project_id, path)
        except FileNotFound:
            return None

    def _note(self, changed: Sequence[VersionRecord], kept: Sequence[FileRecord]) -> dict[str, FileRecord]:
        records = {row.file.path: file_of(row) for row in changed}
        records |= {record.path: record for record in kept}
        merged: dict[str, FileRecord] = {}
        for path, taken in self._taken.items():
            record = records.get(path)
            if record is None:
                self.report.deleted.append(path)
            elif taken.is_merged:
                self.report.merged.append(path)
                merged[path] = record
                continue
            else:
                self.report.changed.append(path)
            self._live.synced.settle(path, record)
        return merged

    async def _keep_losers(self) -> None:
        """Have the project's history keep what would be gone with the machine."""
        for path, seen in self._losers.items():
            for _ in range(_KEEP_TRIES):
                ours = await self._now_at(path)
                try:
                    await self._parts.merger.keep(
                        self._live.owner_id, self._live.project_id, path, ours, put_of(path, ours, seen)
                    )
                    break
                except VersionConflict:
                    continue
                except StorageUnavailable:
                    raise
                except DomainError as error:
                    self.report.skip(path, error.message)
                    break
            else:
                self.report.skip(path, "Others changed the file in the project all the time.")

    async def _bring_back(self, looker: Looker, merged: Mapping[str, FileRecord]) -> None:
        """Have the machine get what was merged. What changed there meanwhile is merged again by the next sync."""
        refused: dict[str, str] = {}
        placer = Placer(self._live.machine, self._parts.contents, refused.__setitem__)
        for group in groups(list(merged.values())):
            files = await placer.load(group)
            seen = await looker.compare_all({file.path: (self._taken[file.path].seen.entry,) for file in files})
            same = [file for file in files if seen[file.path].entry == self._taken[file.path].seen.entry]
            await placer.put(same)
            for file in same:
                if file.path not in refused:
                    self._live.synced.settle(file.path, merged[file.path])
