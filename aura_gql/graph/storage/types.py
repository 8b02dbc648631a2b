"""How much is stored and how much may be, as clients see it."""

from typing import Self

import strawberry

from aura_gql.graph.scalars import Long
from aura_gql.storage.quotas.records import Quota


@strawberry.type(description="What is used of what may be used. What would pass a limit is a `QUOTA_EXCEEDED` error.")
class StorageQuota:
    """A quota on the wire."""

    bytes_used: Long = strawberry.field(
        description="The bytes of the files as they are now, for a user those of the archives that are kept, too. What"
        " files once were does not count."
    )
    bytes_limit: Long = strawberry.field(description="The most bytes that there may be.")
    files_used: int = strawberry.field(description="How many files there are.")
    files_limit: int = strawberry.field(description="The most files that there may be.")
    reserved_bytes: Long = strawberry.field(
        description="Bytes that are set aside for archives being made and uploads on their way. They are not among"
        " `bytesUsed`; the limit of a user counts both. 0 for a project, whose limit is of its files alone."
    )

    @classmethod
    def from_record(cls, quota: Quota) -> Self:
        """The quota that `quota` describes."""
        return cls(
            bytes_used=Long(quota.bytes_used),
            bytes_limit=Long(quota.bytes_limit),
            files_used=quota.files_used,
            files_limit=quota.files_limit,
            reserved_bytes=Long(quota.reserved_bytes),
        )
