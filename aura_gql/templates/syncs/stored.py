"""Syncs between what the database keeps, the bus carries, and the rooms see."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from bson import ObjectId

from aura_gql.infra.ports import Event
from aura_gql.kernel.error_codes import ErrorCode
from aura_gql.templates.intake.records import IntakeOutcome
from aura_gql.templates.records import SkippedTemplate
from aura_gql.templates.syncs.records import (
    SyncCounts,
    SyncFailure,
    SyncStatus,
    SyncStep,
    SyncTrigger,
    TemplateSyncRecord,
)

TOPIC: Final = "template-sync"
"""The bus topic that carries the changes of every sync."""

_KEPT = 200
_REASON_LENGTH = 500


def outcome_fields(outcome: IntakeOutcome) -> dict[str, Any]:
    """What a sync keeps of what came of it."""
    counts = SyncCounts(
        len(outcome.added), len(outcome.changed), len(outcome.unchanged), len(outcome.removed), len(outcome.skipped)
    )
    return {
        "counts": asdict(counts),
        "added": _first(outcome.added),
        "changed": _first(outcome.changed),
        "removed": _first(outcome.removed),
        "skipped": [
            {"path": one.path[:_REASON_LENGTH], "reason": one.reason[:_REASON_LENGTH]}
            for one in outcome.skipped[:_KEPT]
        ],
    }


def failure_fields(failure: SyncFailure) -> dict[str, Any]:
    """What a sync keeps of why it failed."""
    return {"error": {"code": failure.code.value, "message": failure.message}, "retry_at": failure.retry_at}


def to_record(document: Mapping[str, Any]) -> TemplateSyncRecord:
    """A document of `template_syncs` as a record."""
    error, step = document["error"], document["step"]
    return TemplateSyncRecord(
        id=document["_id"],
        sequence=document["sequence"],
        status=SyncStatus(document["status"]),
        step=None if step is None else SyncStep(step),
        trigger=SyncTrigger(document["trigger"]),
        is_forced=document["is_forced"],
        commit=document["commit"],
        downloaded_bytes=document["downloaded_bytes"],
        read_templates=document["read_templates"],
        counts=SyncCounts(**document["counts"]),
        added=document["added"],
        changed=document["changed"],
        removed=document["removed"],
        skipped=[SkippedTemplate(one["path"], one["reason"]) for one in document["skipped"]],
        failure=None
        if error is None
        else SyncFailure(ErrorCode[error["code"]], error["message"], document["retry_at"]),
        created_at=document["created_at"],
        started_at=document["started_at"],
        ended_at=document["ended_at"],
    )


def to_bus(document: Mapping[str, Any]) -> Event:
    """A document of `template_syncs` as values that the bus can carry."""
    return {**document, "_id": str(document["_id"])}


def from_bus(event: Event) -> TemplateSyncRecord:
    """The sync that `to_bus` wrote."""
    return to_record({**event, "_id": ObjectId(str(event["_id"]))})


def _first(slugs: Sequence[str]) -> list[str]:
    return list(slugs[:_KEPT])
