"""The files on the bus: the topic of a project, and what is told of a change."""

from bson import ObjectId

from aura_gql.files.records import FileRecord
from aura_gql.infra.ports import Event


def topic_of(project_id: ObjectId) -> str:
    """The bus topic that carries the changes of one project's files."""
    return f"files:{project_id}"


def to_bus(record: FileRecord) -> Event:
    """Which file changed, as values that the bus can carry; the rest is in the database."""
    return {
        "project_id": str(record.project_id),
        "revision": record.revision,
        "path": record.path,
        "version": record.version,
        "sha256": record.sha256,
    }
