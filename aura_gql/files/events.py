"""The files on the bus: the topic of a project, and what is told of a change."""

from bson import ObjectId

from aura_gql.infra.ports import Event


def topic_of(project_id: ObjectId) -> str:
    """The bus topic that carries the changes of one project's files."""
    return f"files:{project_id}"


def to_bus(project_id: ObjectId, revision: int) -> Event:
    """Which revision a project's files have come to, as values that the bus can carry; the rest is in the database."""
    return {"project_id": str(project_id), "revision": revision}
