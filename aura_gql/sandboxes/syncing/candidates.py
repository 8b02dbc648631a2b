"""The paths that a pull looks at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.limits import FileLimits
from aura_gql.files.records import FileRecord
from aura_gql.sandboxes.registry import LiveSandbox
from aura_gql.sandboxes.syncing.ignoring import IGNORE_FILE, MAX_IGNORE_BYTES, MAX_IGNORE_FILES, IgnoreRules
from aura_gql.sandboxes.syncing.records import SyncReport
from aura_gql.sandboxes.syncing.rooms import broken_rule, clashes
from aura_gql.sandboxes.syncing.services import SyncParts
from aura_gql.sandboxes.syncing.values import Wants
from aura_gql.sandboxes.values import FileInfo, FileKind
from aura_gql.storage.errors import BlobNotFound

_KINDS = {FileKind.LINK: "It is a link.", FileKind.OTHER: "It is neither a file nor a folder."}


@dataclass(frozen=True, slots=True)
class ProjectTree:
    """A project's files and kept folders by path: as they are `now`, and as a machine last got them."""

    now: Mapping[str, FileRecord]
    base: Mapping[str, FileRecord]

    @property
    def paths(self) -> set[str]:
        """Every path that the project has, or that the machine got of it."""
        return {*self.now, *self.base}


async def project_tree(parts: SyncParts, live: LiveSandbox) -> ProjectTree:
    """The files of a machine's project."""
    now = {record.path: record for record in await parts.entries(live.project_id)}
    # Behind the tree: what changes between the two stands in it as it was, and a save from that version is refused.
    moved_on = {row.file.path for row in await parts.files.changes_since(live.project_id, live.synced.revision)}
    asked = {*moved_on, *live.synced.apart}
    base = {path: record for path, record in now.items() if path not in asked}
    found = await parts.bases.of_paths(live.project_id, live.synced, asked)
    return ProjectTree(now, base | {path: record for path, record in found.items() if record is not None})


async def ignore_rules(parts: SyncParts, tree: ProjectTree) -> IgnoreRules:
    """The rules of the project's `.gitignore` files, those near the top first."""
    files = [record for path, record in tree.now.items() if _is_ignore_file(path, record)]
    files.sort(key=lambda record: (record.path.count("/"), record.path))
    texts: dict[str, str] = {}
    for record in files[:MAX_IGNORE_FILES]:
        try:
            texts[record.path] = (await parts.contents.read(record)).decode(errors="replace")
        except BlobNotFound:
            continue
    return IgnoreRules(texts)


def _is_ignore_file(path: str, record: FileRecord) -> bool:
    is_small_file = record.entry is EntryKind.FILE and record.size <= MAX_IGNORE_BYTES
    return is_small_file and path.rpartition("/")[2] == IGNORE_FILE


def new_paths(
    found: Sequence[FileInfo], own: Collection[str], wants: Wants, limits: FileLimits, report: SyncReport
) -> list[str]:
    """Those of the entries that may become files of the project, in order of depth; the others are told as skipped."""
    new: list[str] = []
    for entry in found:
        if entry.path in own or not wants(entry.path):
            continue
        reason = _KINDS.get(entry.kind) or broken_rule(entry.path)
        if reason is None and entry.size > limits.max_file_bytes:
            reason = f"It has {entry.size:,} bytes; a project's file has at most {limits.max_file_bytes:,}."
        if reason is None:
            new.append(entry.path)
        else:
            report.skip(entry.path, reason)
    return sorted(new, key=lambda path: (path.count("/"), path))


def without_clashes(new: Sequence[str], present: Collection[str], report: SyncReport) -> list[str]:
    """Those of the new paths that can stand beside the present ones; the others are told as skipped."""
    clashing = dict(clashes(new, present))
    for path, reason in clashing.items():
        report.skip(path, reason)
    return [path for path in new if path not in clashing]
