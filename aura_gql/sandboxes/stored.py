"""Sandbox sessions as MongoDB has them, and as records."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import SandboxRecord, SandboxStatus, SavedFiles
from aura_gql.sandboxes.syncing.records import SkippedFile, SyncConflict, SyncedState
from aura_gql.sandboxes.syncing.values import Entry
from aura_gql.sandboxes.values import Enforcement, FileKind, Limit, ResourceLimits, SandboxSize

MAX_CONFLICTS_TOLD = 50


def to_record(document: Mapping[str, Any]) -> SandboxRecord:
    """A raw document as a record."""
    limits = document.get("resource_limits")
    return SandboxRecord(
        id=document["_id"],
        project_id=document["project_id"],
        user_id=document["user_id"],
        provider=SandboxProviderName(document["provider"]),
        wanted_provider=SandboxProviderName(document.get("wanted_provider") or document["provider"]),
        fallback=tuple(SandboxProviderName(name) for name in document.get("fallback", ())),
        detour=document.get("detour"),
        size=SandboxSize(document.get("size", SandboxSize.SMALL)),
        language=document.get("language"),
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
        sync_conflicts=tuple(_to_conflict(each) for each in document.get("sync_conflicts", ())),
        sync_conflict_count=document.get("sync_conflict_count", 0),
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


def to_stored_sync(synced: SyncedState) -> dict[str, Any]:
    """The update of a session that notes a state. The revision never goes back, and does not go on before all that is
    apart from it is told as well.
    """
    conflicts = list(synced.conflicts.values())
    told = [asdict(conflict) for conflict in conflicts[:MAX_CONFLICTS_TOLD]]
    update: dict[str, Any] = {"$set": {"sync_conflicts": told, "sync_conflict_count": len(conflicts)}}
    return update | ({"$max": {"synced_revision": synced.revision}} if len(told) == len(conflicts) else {})


def _to_conflict(stored: Mapping[str, Any]) -> SyncConflict:
    theirs = stored["theirs"]
    return SyncConflict(
        path=stored["path"],
        base=_to_file(stored["base"]),
        ours=_to_file(stored["ours"]),
        theirs=None if theirs is None else Entry(**(dict(theirs) | {"kind": FileKind(theirs["kind"])})),
        reason=stored["reason"],
    )


def _to_file(stored: Mapping[str, Any] | None) -> FileRecord | None:
    return None if stored is None else FileRecord(**(dict(stored) | {"entry": EntryKind(stored["entry"])}))
