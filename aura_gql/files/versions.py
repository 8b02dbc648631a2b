"""Versions of files: which one an edit began from, and which one comes next."""

from dataclasses import dataclass

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.errors import VersionConflict
from aura_gql.files.records import FileRecord, StorageTotals
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.languages import language_of
from aura_gql.storage.ports import BlobKey


def scope_of(project_id: ObjectId) -> str:
    """The blob scope of what a project's users write."""
    return f"projects/{project_id}"


async def replace_file(record: FileRecord, session: AsyncClientSession) -> bool:
    """Store the next version of a file; False for a first version, VersionConflict where the file has moved on."""
    expected_version = record.version - 1
    if not expected_version:
        return False
    if not await ProjectFileDocument.replace_records([record], session):
        check_version(await ProjectFileDocument.find_at(record.project_id, record.path, session), expected_version)
    return True


def growth_of(current: FileRecord | None, wanted: FileRecord) -> StorageTotals:
    """What a project grows by where `wanted` takes the place of `current`."""
    if current is None:
        return StorageTotals(1, wanted.size)
    return StorageTotals(0, wanted.size - current.size)


def check_version(current: FileRecord | None, expected_version: int) -> None:
    """VersionConflict, with the present version, where the file is not at the one that the edit began from."""
    version = current.version if current else 0
    if version == expected_version:
        return
    there = f"is at version {version}" if current else "does not exist"
    raise VersionConflict(
        f"The file {there}, and this edit began from version {expected_version}.",
        field=("expectedVersion",),
        details={"currentVersion": version, "currentSha256": current.sha256 if current else None},
    )


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file is to be, at a clean path; `size` in bytes. `executable` None leaves the bit as it is."""

    path: str
    blob: BlobKey
    size: int
    is_binary: bool
    executable: bool | None


def next_record(current: FileRecord | None, project_id: ObjectId, facts: FileFacts, author: str) -> FileRecord:
    """The version behind `current`; its revision is known only inside the transaction."""
    executable = facts.executable
    if executable is None:
        executable = current is not None and current.executable
    return FileRecord(
        project_id=project_id,
        path=facts.path,
        version=(current.version if current else 0) + 1,
        revision=0,
        sha256=facts.blob.sha256,
        size=facts.size,
        executable=executable,
        scope=facts.blob.scope,
        language=language_of(facts.path),
        is_binary=facts.is_binary,
        updated_at=utcnow(),
        updated_by=author,
    )


def is_same(one: FileRecord, other: FileRecord) -> bool:
    """Whether two versions have the same bytes and the same executable bit."""
    return (one.sha256, one.executable) == (other.sha256, other.executable)
