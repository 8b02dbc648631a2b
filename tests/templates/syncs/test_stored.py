"""What a sync keeps, read back."""

from datetime import UTC, datetime

from bson import ObjectId

from aura_gql.kernel.error_codes import ErrorCode
from aura_gql.templates.intake.records import IntakeOutcome
from aura_gql.templates.records import SkippedTemplate
from aura_gql.templates.syncs.records import SyncCounts, SyncFailure, SyncStatus, SyncStep
from aura_gql.templates.syncs.stored import failure_fields, from_bus, outcome_fields, to_bus, to_record

AT = datetime(2026, 8, 11, tzinfo=UTC)
DOCUMENT = {
    "_id": ObjectId(),
    "sequence": 3,
    "status": "RUNNING",
    "step": "STORING",
    "trigger": "SCHEDULE",
    "is_forced": False,
    "commit": None,
    "downloaded_bytes": 5,
    "read_templates": 1,
    "counts": {},
    "added": [],
    "changed": [],
    "removed": [],
    "skipped": [],
    "error": None,
    "retry_at": None,
    "created_at": AT,
    "started_at": AT,
    "ended_at": None,
}


def test_the_bus_carries_all_of_it() -> None:
    record = to_record(DOCUMENT)
    assert (record.status, record.step, record.counts) == (SyncStatus.RUNNING, SyncStep.STORING, SyncCounts())
    assert from_bus(to_bus(DOCUMENT)) == record


def test_a_failure_comes_back() -> None:
    failure = SyncFailure(ErrorCode.SOURCE_UNAVAILABLE, "GitHub is away.", AT)
    assert to_record({**DOCUMENT, **failure_fields(failure)}).failure == failure


def test_an_outcome_is_counted_whole_and_listed_in_part() -> None:
    slugs = [str(number) for number in range(300)]
    skipped = [SkippedTemplate("p" * 1000, "r" * 1000)] * 300
    record = to_record({**DOCUMENT, **outcome_fields(IntakeOutcome(slugs, slugs[:2], slugs[:4], [], skipped))})
    assert record.counts == SyncCounts(300, 2, 4, 0, 300)
    assert (record.added, record.changed) == (slugs[:200], ["0", "1"])
    assert len(record.skipped) == 200
    assert record.skipped[0] == SkippedTemplate("p" * 500, "r" * 500)
