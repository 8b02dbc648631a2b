"""A sync as it is told, and what is known of the place that it looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bson import ObjectId

from aura_gql.kernel.error_codes import ErrorCode
from aura_gql.templates.records import SkippedTemplate


class SyncStatus(StrEnum):
    """Where a sync stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    UNCHANGED = "UNCHANGED"
    FAILED = "FAILED"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (SyncStatus.QUEUED, SyncStatus.RUNNING)


class SyncStep(StrEnum):
    """What a sync does just now, in this order."""

    RESOLVING = "RESOLVING"
    DOWNLOADING = "DOWNLOADING"
    READING = "READING"
    STORING = "STORING"
    COMMITTING = "COMMITTING"


class SyncTrigger(StrEnum):
    """Who asked for a sync."""

    SCHEDULE = "SCHEDULE"
    ADMINISTRATOR = "ADMINISTRATOR"
    COMMAND = "COMMAND"


@dataclass(frozen=True, slots=True)
class SyncLimits:
    """`interval_s` seconds are between two syncs of the schedule, which rests where that is 0; one takes `timeout_s` at
    most.
    """

    interval_s: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class SyncFailure:
    """Why a sync failed; it is not worth another try before `retry_at`, where that is known."""

    code: ErrorCode
    message: str
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SyncCounts:
    """How many templates a sync added, changed, found as they were, took out of the lists, and could not read."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class TemplateSyncRecord:
    """A sync. `sequence` grows with each change; of slugs and skipped templates the first 200 of each kind are kept.

    `downloaded_bytes` and `read_templates` grow while it runs.
    """

    id: ObjectId
    sequence: int
    status: SyncStatus
    step: SyncStep | None
    trigger: SyncTrigger
    is_forced: bool
    commit: str | None
    downloaded_bytes: int
    read_templates: int
    counts: SyncCounts
    added: Sequence[str]
    changed: Sequence[str]
    removed: Sequence[str]
    skipped: Sequence[SkippedTemplate]
    failure: SyncFailure | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source. `commit` is the one that the catalogue was made from, with its `etag`; `reader` says
    by what it was read then. It was last tried at `tried_at`, `failures` times in a row without success; GitHub is not
    to be asked before `retry_at`.
    """

    commit: str | None = None
    etag: str | None = None
    reader: str | None = None
    tried_at: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
