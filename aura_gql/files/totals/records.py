"""What a project stores, as the rooms above see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bson import ObjectId

from aura_gql.files.records import StorageTotals
from aura_gql.storage.quotas.records import Quota


class StorageProvider(StrEnum):
    """Where the bytes of files and archives are."""

    LOCAL = "LOCAL"
    S3 = "S3"
    R2 = "R2"


@dataclass(frozen=True, slots=True)
class StorageSummary:
    """What is counted of a project; sizes in bytes. `status` is that of the archive that changed last; the ratio and
    the time are of the one that was finished last.
    """

    project_id: ObjectId
    totals: StorageTotals
    archived_bytes: int = 0
    status: str | None = None
    compression_ratio: float | None = None
    last_synced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProjectStorageRecord:
    """What is counted of a project, where its bytes are (`key` is the scope of its blobs), and what it may store."""

    summary: StorageSummary
    provider: StorageProvider
    key: str
    quota: Quota
