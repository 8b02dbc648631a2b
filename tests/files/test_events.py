from bson import ObjectId

from aura_gql.files.events import to_bus, topic_of


def test_an_event_names_the_revision() -> None:
    project_id = ObjectId()
    assert topic_of(project_id) == f"files:{project_id}"
    assert to_bus(project_id, 7) == {"project_id": str(project_id), "revision": 7}
