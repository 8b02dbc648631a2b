"""Plans on files that are there only in a test."""

from collections.abc import Iterable, Sequence

from bson import ObjectId

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.limits import FileLimits
from aura_gql.files.records import FileRecord, RevisionSource, VersionRecord
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.operations import Operation, PutFile, StoredContent, checked
from aura_gql.files.writing.plan import Plan, make_plan
from aura_gql.files.writing.records import Revision, version_records
from aura_gql.kernel.clock import utcnow
from aura_gql.storage.ports import BlobKey

PROJECT = ObjectId()
LIMITS = FileLimits(max_file_bytes=100)


def file(path: str, text: str = "old", version: int = 3, *, executable: bool = False) -> FileRecord:
    """A file that is there; a path that ends with `/` makes a kept folder."""
    entry = EntryKind.FOLDER if path.endswith("/") else EntryKind.FILE
    path, sha256 = path.removesuffix("/"), HeldBytes(text.encode()).sha256 if entry is EntryKind.FILE else ""
    size = len(text) if entry is EntryKind.FILE else 0
    return FileRecord(PROJECT, path, version, 9, sha256, size, executable, "s", "", False, utcnow(), "bob", entry)


def put(path: str, text: str = "new", version: int | None = None, executable: bool | None = None) -> PutFile:
    """A file to put there."""
    return PutFile(path, HeldBytes(text.encode()), version, executable)


def plan(files: Iterable[FileRecord], operations: Sequence[Operation]) -> Plan:
    """What operations make of files."""
    return make_plan(files, checked(operations, LIMITS))


def versions(
    files: Iterable[FileRecord], operations: Sequence[Operation], last_versions: dict[str, int] | None = None
) -> list[VersionRecord]:
    """The versions that operations add, as revision 10."""
    planned = plan(files, operations)
    stored = {
        name: StoredContent(BlobKey("p", name), content.size, False) for name, content in planned.contents.items()
    }
    revision = Revision(PROJECT, 10, "ada", utcnow(), RevisionSource.BATCH)
    return version_records(planned, revision, stored, last_versions or {})


def told(found: Iterable[VersionRecord]) -> list[str]:
    """Versions in few words: `MOVED b@1 from a@3`, `DELETED a@4 to b`."""
    return [
        f"{version.kind} {version.file.place}@{version.file.version}"
        + (f" from {version.from_path}@{version.from_version}" if version.from_path else "")
        + (f" to {version.moved_to}" if version.moved_to else "")
        for version in found
    ]
