"""What is stored comes back as it was."""

from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.records import SandboxStatus, SavedFiles, SkippedFile
from aura_gql.sandboxes.stored import to_stored_limits
from aura_gql.sandboxes.values import Enforcement, Limit, ResourceLimits
from tests.sandboxes.test_events import store_pending
from tests.support.mongo import init_documents


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
