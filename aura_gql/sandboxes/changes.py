"""What code changed in a sandbox, against the project's files as the sandbox got them."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aura_gql.files.errors import InvalidPath, PathClash
from aura_gql.files.limits import FileLimits
from aura_gql.files.paths import MAX_DEPTH, check_beside, clean_path, path_key
from aura_gql.files.records import FileRecord, NewUpload
from aura_gql.kernel.errors import DomainError, InvalidInput
from aura_gql.sandboxes.errors import FileNotInSandbox, SandboxGone, UnsafePath
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.records import SkippedFile
from aura_gql.sandboxes.syncing.ignoring import IGNORED_FOLDERS
from aura_gql.sandboxes.values import FileInfo, FileKind

MAX_LISTED = 20_000
_AT_ONCE = 8
_KINDS = {FileKind.LINK: "It is a link.", FileKind.OTHER: "It is neither a file nor a folder."}


@dataclass(frozen=True, slots=True)
class Bytes:
    """The content of a changed file, as it was read."""

    data: bytes
    sha256: str

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.data)

    async def read(self) -> bytes:
        """All of them."""
        return self.data


@dataclass(frozen=True, slots=True)
class ProjectState:
    """A project's files by path: as they are `now`, and as the sandbox got them."""

    now: Mapping[str, FileRecord]
    pushed: Mapping[str, FileRecord]
    limits: FileLimits


@dataclass(slots=True)
class Changes:
    """Files to save as the next versions of the project's, paths that both sides changed, and what can't be saved."""

    uploads: list[NewUpload] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)

    def skip(self, path: str, reason: str) -> None:
        """Leave a file out."""
        self.skipped.append(SkippedFile(path, reason))


async def find_changes(machine: Sandbox, project: ProjectState) -> Changes:
    """Read a sandbox's files and tell those that are new or other than what it got. Deleted ones are not told.

    At most the bytes of a whole project are kept in memory. SandboxGone, ProviderUnavailable.
    """
    changes = Changes()
    wanted = _candidates(await _listed(machine, changes), project, changes)
    room = _Room(project)
    for start in range(0, len(wanted), _AT_ONCE):
        group = wanted[start : start + _AT_ONCE]
        contents = await asyncio.gather(*(_read(machine, path, project.limits) for path, _ in group))
        for (path, executable), content in zip(group, contents, strict=True):
            _judge(path, executable, content, project, room, changes)
    return changes


async def _listed(machine: Sandbox, changes: Changes) -> list[FileInfo]:
    """What the folders hold that are not ignored, those near the top first."""
    found: list[FileInfo] = []
    level = ["."]
    while level:
        group, level = level[:_AT_ONCE], level[_AT_ONCE:]
        room = MAX_LISTED + 1 - len(found)
        for entries in await asyncio.gather(*(_entries(machine, folder, room, changes) for folder in group)):
            found += entries
            level += [entry.path for entry in entries if _is_entered(entry)]
        if len(found) > MAX_LISTED:
            changes.skip("", f"There are more than {MAX_LISTED:,} files and folders; those behind were not looked at.")
            return found[:MAX_LISTED]
    return found


def _is_entered(entry: FileInfo) -> bool:
    is_ignored = entry.path.rpartition("/")[2] in IGNORED_FOLDERS
    return entry.kind is FileKind.FOLDER and not is_ignored and entry.path.count("/") < MAX_DEPTH - 1


def _stands_for_ignored(entry: FileInfo) -> bool:
    """Whether it is a link, say, to such a folder elsewhere. A file of that name is a file like any other."""
    return entry.kind is not FileKind.FILE and entry.path.rpartition("/")[2] in IGNORED_FOLDERS


async def _entries(machine: Sandbox, folder: str, limit: int, changes: Changes) -> list[FileInfo]:
    try:
        return await machine.list_files(folder, limit)
    except FileNotInSandbox:
        return []
    except (UnsafePath, InvalidInput) as error:
        changes.skip(folder, error.message)
        return []


def _candidates(entries: Sequence[FileInfo], project: ProjectState, changes: Changes) -> list[tuple[str, bool | None]]:
    """Paths to read with their executable bits, the project's own first."""
    found: dict[str, bool | None] = {}
    for entry in entries:
        if entry.kind is FileKind.FOLDER or _stands_for_ignored(entry):
            continue
        reason = _KINDS.get(entry.kind) or _broken_rule(entry.path)
        if reason is None and entry.size > project.limits.max_file_bytes:
            reason = f"It has {entry.size:,} bytes; a project's file has at most {project.limits.max_file_bytes:,}."
        if reason is not None:
            changes.skip(entry.path, reason)
        else:
            found[entry.path] = entry.executable
    for path in project.now:
        if IGNORED_FOLDERS.intersection(path.split("/")[:-1]):
            found.setdefault(path, None)
    for path, reason in _clashes([path for path in found if path not in project.now], project):
        changes.skip(path, reason)
        del found[path]
    return sorted(found.items(), key=lambda item: (item[0] not in project.now, item[0].count("/"), item[0]))


def _clashes(new: Sequence[str], project: ProjectState) -> list[tuple[str, str]]:
    """Those of the new paths that can't stand beside the project's, or beside new ones before them, and why: one folder
    in the place of a file makes them many at once.
    """
    order = sorted([*project.now, *new], key=lambda path: (path_key(path), path))
    behind: dict[str, str] = {}
    following: str | None = None
    for path in reversed(order):
        if path in project.now:
            following = path
        elif following is not None:
            behind[path] = following
    found: list[tuple[str, str]] = []
    before: list[str] = []
    for path in order:
        if path not in project.now:
            try:
                check_beside(path, [*before, *([behind[path]] if path in behind else [])])
            except PathClash as error:
                found.append((path, error.message))
                continue
        before = [path]
    return found


async def _read(machine: Sandbox, path: str, limits: FileLimits) -> Bytes | str | None:
    """A file's content; why it can't be had; None where it has gone."""
    try:
        data = await machine.read_file(path, limits.max_file_bytes)
    except FileNotInSandbox:
        return None
    except SandboxGone:
        raise
    except DomainError as error:
        return error.message
    return Bytes(data, hashlib.sha256(data).hexdigest())


def _judge(
    path: str,
    executable: bool | None,
    content: Bytes | str | None,
    project: ProjectState,
    room: "_Room",
    changes: Changes,
) -> None:
    if content is None:
        return
    if isinstance(content, str):
        changes.skip(path, content)
        return
    now, pushed = project.now.get(path), project.pushed.get(path)
    if _is_same(now, content, executable) or _is_same(pushed, content, executable):
        return
    reason = room.refusal(now, content)
    if now is not None and (pushed is None or pushed.version != now.version):
        changes.conflicts.append(path)
    elif reason is not None:
        changes.skip(path, reason)
    else:
        room.take(now, content)
        changes.uploads.append(NewUpload(path, content, now.version if now else 0, executable))


def _is_same(record: FileRecord | None, content: Bytes, executable: bool | None) -> bool:
    return record is not None and record.sha256 == content.sha256 and executable in (None, record.executable)


def _broken_rule(path: str) -> str | None:
    try:
        clean = clean_path(path)
    except InvalidPath as error:
        return error.message
    return None if clean == path else "Its name is not in Unicode's normal form C."


class _Room:
    """What the project has room for yet."""

    def __init__(self, project: ProjectState) -> None:
        self._limits = project.limits
        self._files = len(project.now)
        self._bytes = sum(record.size for record in project.now.values())
        self._held = 0

    def refusal(self, now: FileRecord | None, content: Bytes) -> str | None:
        """Why a file has no place in the project, if so."""
        if now is None and self._files >= self._limits.max_files:
            return f"The project would have more than {self._limits.max_files:,} files."
        grown = content.size - (now.size if now else 0)
        most = self._limits.max_project_bytes
        if (grown > 0 and self._bytes + grown > most) or self._held + content.size > most:
            return f"The project's files would have more than {most:,} bytes together."
        return None

    def take(self, now: FileRecord | None, content: Bytes) -> None:
        """Count a file that is to be saved."""
        self._files += now is None
        self._bytes += content.size - (now.size if now else 0)
        self._held += content.size
