from bson import ObjectId

from aura_gql.files.events import to_bus, topic_of
from aura_gql.files.records import FileRecord
from aura_gql.kernel.clock import utcnow


def test_an_event_names_the_file_and_its_version() -> None:
    project_id = ObjectId()
    record = FileRecord(project_id, "a.py", 2, 7, "0" * 64, 3, False, "s", "python", False, utcnow(), "ada")
    assert topic_of(project_id) == f"files:{project_id}"
    assert to_bus(record) == {
        "project_id": str(project_id),
        "revision": 7,
        "path": "a.py",
        "version": 2,
        "sha256": "0" * 64,
    }
