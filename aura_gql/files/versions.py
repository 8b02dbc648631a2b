"""Versions of files: which one an edit began from."""

from bson import ObjectId

from aura_gql.files.errors import VersionConflict
from aura_gql.files.records import FileRecord


def scope_of(project_id: ObjectId) -> str:
    """The blob scope of what a project's users write."""
    return f"projects/{project_id}"


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
