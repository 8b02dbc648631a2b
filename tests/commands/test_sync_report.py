"""What a terminal shows of a sync."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bson import ObjectId

from aura_gql.commands.sync_report import progress_of, summary_of
from aura_gql.templates.records import SkippedTemplate
from aura_gql.templates.syncs.records import SyncCounts, SyncStatus, SyncStep, SyncTrigger, TemplateSyncRecord

AT = datetime(2026, 8, 11, tzinfo=UTC)
SYNC = TemplateSyncRecord(
    id=ObjectId(),
    sequence=9,
    status=SyncStatus.SUCCEEDED,
    step=None,
    trigger=SyncTrigger.COMMAND,
    is_forced=False,
    commit="0123456789",
    downloaded_bytes=12345,
    read_templates=3,
    counts=SyncCounts(300, 1, 2, 0, 2),
    added=["a", "b"],
    changed=["c"],
    removed=[],
    skipped=[SkippedTemplate("d", "It is too large.")],
    failure=None,
    created_at=AT,
    started_at=AT,
    ended_at=AT,
)


@pytest.mark.parametrize("step", SyncStep)
def test_each_step_has_a_line(step: SyncStep) -> None:
    assert progress_of(replace(SYNC, step=step), "own/starters").endswith(" ...")


def test_the_lines_tell_facts() -> None:
    assert progress_of(replace(SYNC, step=SyncStep.DOWNLOADING), "own/it") == "Downloading own/it at 0123456 ..."
    assert progress_of(replace(SYNC, step=SyncStep.READING), "own/it") == "Checking the archive, 12,345 bytes ..."


def test_an_outcome_is_listed() -> None:
    assert summary_of(SYNC).splitlines() == [
        "Added a, b and 298 more",
        "Changed c",
        "Skipped d: It is too large.",
        "Skipped 1 more",
        "Synced 303 templates: 300 added, 1 changed, 2 unchanged, 0 removed, 2 skipped.",
    ]
    assert "0123456" in summary_of(replace(SYNC, status=SyncStatus.UNCHANGED))
