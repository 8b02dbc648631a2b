"""How much a project may hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from aura_gql.files.errors import BatchTooLarge, FileTooLarge, ProjectTooLarge, TooManyFiles, TooManyOperations
from aura_gql.files.records import StorageTotals

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The bounds of a file, of a project and of operations done together; sizes in bytes. Changes are kept for
    `changes_ttl_s` seconds.
    """

    max_file_bytes: int = 1 * _MIB
    max_files: int = 2_000
    max_project_bytes: int = 50 * _MIB
    max_batch_operations: int = 500
    max_batch_bytes: int = 32 * _MIB
    changes_ttl_s: int = 7 * 24 * 3600

    def check_file(self, path: str, size: int, field: Sequence[str] = ()) -> None:
        """FileTooLarge on `field` for a file of more bytes than any may have."""
        if size > self.max_file_bytes:
            raise FileTooLarge(
                f"A file has at most {self.max_file_bytes:,} bytes; `{path}` has {size:,}.",
                field=field,
                details={"resource": "fileBytes", "limit": self.max_file_bytes, "used": size},
            )

    def check_batch(self, operations: int, size: int) -> None:
        """TooManyOperations, or BatchTooLarge for operations that bring more bytes than any may together."""
        if operations > self.max_batch_operations:
            raise TooManyOperations(
                f"At most {self.max_batch_operations:,} operations are done together; these are {operations:,}.",
                field=("operations",),
                details={"resource": "batchOperations", "limit": self.max_batch_operations, "used": operations},
            )
        if size > self.max_batch_bytes:
            raise BatchTooLarge(
                f"Operations bring at most {self.max_batch_bytes:,} bytes together; these bring {size:,}.",
                field=("operations",),
                details={"resource": "batchBytes", "limit": self.max_batch_bytes, "used": size},
            )

    def check_totals(self, before: StorageTotals, after: StorageTotals) -> None:
        """TooManyFiles or ProjectTooLarge where a change grows what has reached its bound; shrinking always passes."""
        if after.file_count > max(self.max_files, before.file_count):
            raise TooManyFiles(
                f"A project has at most {self.max_files:,} files; it would have {after.file_count:,}.",
                details={"resource": "files", "limit": self.max_files, "used": before.file_count},
            )
        if after.total_bytes > max(self.max_project_bytes, before.total_bytes):
            raise ProjectTooLarge(
                f"A project's files have at most {self.max_project_bytes:,} bytes together; "
                f"they would have {after.total_bytes:,}.",
                details={"resource": "projectBytes", "limit": self.max_project_bytes, "used": before.total_bytes},
            )
