"""What became of the files that code changed, as clients see it."""

from datetime import datetime
from typing import Self

import strawberry

from aura_gql.sandboxes.records import SavedFiles


@strawberry.type(description="A file of a sandbox that was not saved.")
class SkippedFile:
    """A skipped file on the wire."""

    path: str = strawberry.field(description="Where it was in the project folder, with escapes for what is no UTF-8.")
    reason: str = strawberry.field(description="Why, in words for a person.")


@strawberry.type(
    name="SavedFiles",
    description=(
        "What became of the files that code changed in a sandbox, when they were last saved as new versions in the "
        "project. Each list has the first 50, the number beside it tells how many there were."
    ),
)
class SandboxSavedFiles:
    """A save on the wire."""

    at: datetime = strawberry.field(description="When that was.")
    saved: list[str] = strawberry.field(
        description="Paths that got a new version, be it a merged one, or are new in the project."
    )
    saved_count: int = strawberry.field(description="How many they are.")
    conflicts: list[str] = strawberry.field(
        description=(
            "Paths whose file has moved on in the project since the sandbox got it, and that could not be merged: the "
            "project's version stands, and what code made of the older one is the version before it in its history."
        )
    )
    conflict_count: int = strawberry.field(description="How many they are.")
    skipped: list[SkippedFile] = strawberry.field(
        description="Files that a project can't have: links, too large ones, names that it does not allow."
    )
    skipped_count: int = strawberry.field(description="How many they are.")

    @classmethod
    def from_record(cls, record: SavedFiles) -> Self:
        """The save that `record` describes."""
        return cls(
            at=record.at,
            saved=list(record.saved),
            saved_count=record.saved_count,
            conflicts=list(record.conflicts),
            conflict_count=record.conflict_count,
            skipped=[SkippedFile(path=skipped.path, reason=skipped.reason) for skipped in record.skipped],
            skipped_count=record.skipped_count,
        )
