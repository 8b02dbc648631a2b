"""The archives on the bus: the topic of each, and what is told of a change."""

from bson import ObjectId

from aura_gql.files.archives.records import ArchiveRecord
from aura_gql.infra.ports import Event


def topic_of(archive_id: ObjectId) -> str:
    """The bus topic that carries the changes of one archive."""
    return f"archive:{archive_id}"


def to_bus(record: ArchiveRecord) -> Event:
    """Which change it was, as values that the bus can carry; the rest is in the database."""
    return {"sequence": record.sequence, "status": record.status.value}
