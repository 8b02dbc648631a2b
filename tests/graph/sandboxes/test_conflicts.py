"""The sides of a conflict on the wire; what is in them is tested with the syncs."""

from bson import ObjectId

from aura_gql.graph.files.enums import EntryKind
from aura_gql.graph.sandboxes.conflicts import SyncConflict
from aura_gql.sandboxes.syncing.records import SyncConflict as ConflictRecord
from aura_gql.sandboxes.syncing.values import Entry
from aura_gql.sandboxes.values import FileKind
from tests.support.syncing import a_file


def test_a_side_is_null_where_nothing_is_and_says_no_hash_where_none_is_known() -> None:
    record = a_file("a", b"12", version=3)
    conflict = ConflictRecord("a", None, record, Entry(FileKind.FILE, "", 9, executable=True), "Why.")
    shown = SyncConflict.from_record(ObjectId(), conflict)
    assert (shown.path, shown.reason, shown.base) == ("a", "Why.", None)
    assert shown.ours is not None
    assert (shown.ours.version, shown.ours.sha256, shown.ours.size) == (3, record.sha256, 2)
    assert shown.theirs is not None
    assert (shown.theirs.kind, shown.theirs.version, shown.theirs.sha256) == (EntryKind.FILE, None, None)
    assert (shown.theirs.size, shown.theirs.executable) == (9, True)
