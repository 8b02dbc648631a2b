"""Syncs of templates on the wire."""

from datetime import datetime
from typing import Self

import strawberry

from aura_gql.graph.enums import publish_enum
from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.graph.scalars import Long
from aura_gql.kernel.errors import ErrorCode
from aura_gql.templates.records import SkippedTemplate as SkippedRecord
from aura_gql.templates.syncs.records import (
    SyncCounts,
    SyncFailure,
    SyncStatus,
    SyncStep,
    SyncTrigger,
    TemplateSyncRecord,
)

publish_enum(
    SyncStatus,
    "Where a sync of templates stands.",
    {
        SyncStatus.QUEUED: "It waits for its turn.",
        SyncStatus.RUNNING: "It is under way; `step` says how far.",
        SyncStatus.SUCCEEDED: "The catalogue is what the repository has.",
        SyncStatus.UNCHANGED: "The repository is at the commit that the catalogue was made from.",
        SyncStatus.FAILED: "The catalogue is as it was; `failure` says why.",
    },
    name="TemplateSyncStatus",
)
publish_enum(
    SyncStep,
    "What a sync of templates does just now, in this order.",
    {
        SyncStep.RESOLVING: "GitHub is asked which commit the repository is at.",
        SyncStep.DOWNLOADING: "The repository's archive comes in: `downloadedBytes`.",
        SyncStep.READING: "The archive is checked, before anything of it is taken.",
        SyncStep.STORING: "The files of one template after another are kept: `readTemplates`.",
        SyncStep.COMMITTING: "The catalogue changes, all at once.",
    },
    name="TemplateSyncStep",
)
publish_enum(
    SyncTrigger,
    "Who asked for a sync of templates.",
    {
        SyncTrigger.SCHEDULE: "The server by itself, every TEMPLATE_SYNC_INTERVAL_S seconds.",
        SyncTrigger.ADMINISTRATOR: "An administrator, by `syncTemplates`.",
        SyncTrigger.COMMAND: "Somebody on the server's host, by `aura-gql sync-templates`.",
    },
    name="TemplateSyncTrigger",
)


@strawberry.type(description="How many templates of a repository a sync found in which state.")
class TemplateSyncCounts:
    """The counts of a sync."""

    added: int = strawberry.field(description="New ones, now in the lists.")
    changed: int = strawberry.field(description="Those that differ from before, or are back.")
    unchanged: int = strawberry.field(description="Those that are as they were.")
    removed: int = strawberry.field(description="Those that the repository has no more: in no list, but kept.")
    skipped: int = strawberry.field(description="Those that could not be read; they stay as they were.")

    @classmethod
    def from_record(cls, counts: SyncCounts) -> Self:
        """The counts on the wire."""
        return cls(
            added=counts.added,
            changed=counts.changed,
            unchanged=counts.unchanged,
            removed=counts.removed,
            skipped=counts.skipped,
        )


@strawberry.type(description="A template of a repository that could not be read.")
class SkippedTemplate:
    """What was left out."""

    path: str = strawberry.field(description="Its folder in the repository.")
    reason: str = strawberry.field(description="What is wrong with it, for people.")

    @classmethod
    def from_record(cls, skipped: SkippedRecord) -> Self:
        """The template on the wire."""
        return cls(path=skipped.path, reason=skipped.reason)


@strawberry.type(description="Why a sync failed. The catalogue is as it was before.")
class TemplateSyncFailure:
    """The end of a sync that came to nothing."""

    code: ErrorCode = strawberry.field(description="What kind of failure this is, for programs.")
    message: str = strawberry.field(description="What went wrong, for people.")
    retry_at: datetime | None = strawberry.field(description="When GitHub may be asked again, where it said so.")

    @classmethod
    def from_record(cls, failure: SyncFailure) -> Self:
        """The failure on the wire."""
        return cls(code=failure.code, message=failure.message, retry_at=failure.retry_at)


@strawberry.type(
    description="A run that makes the catalogue what the repository of templates has, all at once or not at all."
)
class TemplateSync(Node):
    """A sync, for administrators alone."""

    sequence: int = strawberry.field(description="Grows with each change of this sync.")
    status: SyncStatus = strawberry.field(description="Where it stands.")
    step: SyncStep | None = strawberry.field(description="What it does just now; null before and behind that.")
    trigger: SyncTrigger = strawberry.field(description="Who asked for it.")
    is_forced: bool = strawberry.field(description="Whether it was asked for by `force`.")
    commit: str | None = strawberry.field(description="The commit that the repository is at, once that is known.")
    downloaded_bytes: Long = strawberry.field(description="How many bytes of the archive have come so far.")
    read_templates: int = strawberry.field(description="How many templates of the archive were read so far.")
    counts: TemplateSyncCounts = strawberry.field(description="What came of it: all 0 until it has SUCCEEDED.")
    added: list[str] = strawberry.field(description="The slugs of new templates: the first 200.")
    changed: list[str] = strawberry.field(description="The slugs of changed templates: the first 200.")
    removed: list[str] = strawberry.field(description="The slugs of removed templates: the first 200.")
    skipped: list[SkippedTemplate] = strawberry.field(description="What could not be read: the first 200.")
    failure: TemplateSyncFailure | None = strawberry.field(description="Why it FAILED.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(
        description="When it began to run, the last time if it had to twice."
    )
    ended_at: datetime | None = strawberry.field(description="When it ended, however that was.")

    @classmethod
    def from_record(cls, record: TemplateSyncRecord) -> Self:
        """The sync on the wire."""
        return cls(
            id=to_global_id("TemplateSync", record.id),
            sequence=record.sequence,
            status=record.status,
            step=record.step,
            trigger=record.trigger,
            is_forced=record.is_forced,
            commit=record.commit,
            downloaded_bytes=Long(record.downloaded_bytes),
            read_templates=record.read_templates,
            counts=TemplateSyncCounts.from_record(record.counts),
            added=list(record.added),
            changed=list(record.changed),
            removed=list(record.removed),
            skipped=[SkippedTemplate.from_record(one) for one in record.skipped],
            failure=None if record.failure is None else TemplateSyncFailure.from_record(record.failure),
            created_at=record.created_at,
            started_at=record.started_at,
            ended_at=record.ended_at,
        )


@strawberry.type(description="How the latest sync of templates stands now.")
class TemplateSyncEvent:
    """A state of a sync."""

    sync: TemplateSync | None = strawberry.field(
        description="The sync; null in the first event, where there was none in the last 30 days."
    )
