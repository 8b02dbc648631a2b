"""Sandbox sessions as MongoDB has them, and as records."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import SandboxRecord, SandboxStatus, SavedFiles, SkippedFile
from aura_gql.sandboxes.values import Enforcement, Limit, ResourceLimits


def to_record(document: Mapping[str, Any]) -> SandboxRecord:
    """A raw document as a record."""
    limits = document.get("resource_limits")
    return SandboxRecord(
        id=document["_id"],
        project_id=document["project_id"],
        user_id=document["user_id"],
        provider=SandboxProviderName(document["provider"]),
        provider_sandbox_id=document["provider_sandbox_id"],
        status=SandboxStatus(document["status"]),
        status_reason=document["status_reason"],
        event_sequence=document["event_sequence"],
        synced_revision=document["synced_revision"],
        owner=document["owner"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
        started_at=document["started_at"],
        last_activity_at=document["last_activity_at"],
        stopped_at=document["stopped_at"],
        expires_at=document["expires_at"],
        idle_timeout_s=document.get("idle_timeout_s"),
        limits=None if limits is None else _to_limits(limits),
        saved_files=None if document.get("saved_files") is None else _to_saved(document["saved_files"]),
        is_deleted=document.get("deleted_at") is not None,
        is_temporary=document.get("temporary", False),
    )


def to_stored_limits(limits: ResourceLimits) -> dict[str, Any]:
    """A machine's limits as `resource_limits` holds them."""
    return asdict(limits)


def _to_limits(stored: Mapping[str, Any]) -> ResourceLimits:
    return ResourceLimits(
        **{
            name: None if limit is None else Limit(limit["value"], Enforcement(limit["enforcement"]))
            for name, limit in stored.items()
        }
    )


def to_stored_save(saved: SavedFiles) -> dict[str, Any]:
    """What became of files as `saved_files` holds it."""
    return asdict(saved)


def _to_saved(stored: Mapping[str, Any]) -> SavedFiles:
    skipped = tuple(SkippedFile(**each) for each in stored["skipped"])
    lists = {"saved": tuple(stored["saved"]), "conflicts": tuple(stored["conflicts"]), "skipped": skipped}
    return SavedFiles(**(dict(stored) | lists))
