"""What is stored comes back as it was."""

from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.records import SandboxStatus, SavedFiles
from aura_gql.sandboxes.stored import MAX_CONFLICTS_TOLD, to_stored_limits
from aura_gql.sandboxes.syncing.records import SkippedFile, SyncConflict, SyncedState
from aura_gql.sandboxes.syncing.values import FOLDER, Entry
from aura_gql.sandboxes.values import Enforcement, FileKind, Limit, ResourceLimits
from tests.sandboxes.test_events import store_pending
from tests.support.mongo import init_documents
from tests.support.syncing import a_file


async def test_limits_come_back(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    sandbox_id = await store_pending()
    first = await SandboxSession.find_record(sandbox_id)
    assert first is not None
    assert (first.limits, first.idle_stops_at, first.is_deleted) == (None, None, False)

    limits = ResourceLimits(cpus=Limit(0.5, Enforcement.NONE), processes=Limit(8, Enforcement.HARD))
    stored = {"resource_limits": to_stored_limits(limits), "status": "RUNNING", "idle_timeout_s": 60}
    await database["sandbox_sessions"].update_one({"_id": sandbox_id}, {"$set": stored | {"deleted_at": utcnow()}})

    record = await SandboxSession.find_record(sandbox_id)
    assert record is not None
    assert (record.limits, record.status, record.is_deleted) == (limits, SandboxStatus.RUNNING, True)
    saved = SavedFiles(record.created_at, ("a",), 1, ("b",), 1, (SkippedFile("c", "Why."),), 1)
    await SandboxSession.set_saved_files(sandbox_id, saved)
    later = await SandboxSession.find_record(sandbox_id)
    assert later is not None
    assert later.saved_files == saved
    assert record.idle_stops_at is not None
    assert (record.idle_stops_at - record.last_activity_at).total_seconds() == 60


async def test_what_was_synced_comes_back_and_never_claims_more_than_it_tells(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    sandbox_id, file = await store_pending(), a_file("a", b"1")
    theirs = Entry(FileKind.FILE, "f" * 64, 3, executable=True)
    state = SyncedState(4)
    state.hold(SyncConflict("a", file, None, theirs, "Why."))
    state.hold(SyncConflict("b", None, file, FOLDER))
    await SandboxSession.set_synced(sandbox_id, state)
    record = await SandboxSession.find_record(sandbox_id)
    assert record is not None
    assert record.sync_conflicts == tuple(state.conflicts.values())
    assert (record.sync_conflict_count, record.synced_revision) == (2, 4)

    state.revision = 5
    for number in range(MAX_CONFLICTS_TOLD):
        state.hold(SyncConflict(f"c{number}", file, None, None))
    await SandboxSession.set_synced(sandbox_id, state)
    many = await SandboxSession.find_record(sandbox_id)
    assert many is not None
    assert (len(many.sync_conflicts), many.sync_conflict_count, many.synced_revision) == (50, 52, 4)
