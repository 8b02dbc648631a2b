"""Projects on the event bus: the topic of each, and its events as plain values and back."""

from datetime import datetime

from bson import ObjectId

from aura_gql.infra.ports import Event
from aura_gql.projects.records import InitialisationStep, ProjectEventRecord, ProjectStatus


def topic_of(project_id: ObjectId) -> str:
    """The bus topic that carries the changes of one project."""
    return f"project:{project_id}"


def to_bus(event: ProjectEventRecord) -> Event:
    """The event as values that the bus can carry."""
    return {
        "project_id": str(event.project_id),
        "sequence": event.sequence,
        "status": event.status.value,
        "step": event.step.value,
        "message": event.message,
        "at": event.at,
    }


def from_bus(event: Event) -> ProjectEventRecord:
    """The event that `to_bus` wrote."""
    sequence, at = event["sequence"], event["at"]
    assert isinstance(sequence, int)  # noqa: S101
    assert isinstance(at, datetime)  # noqa: S101
    return ProjectEventRecord(
        project_id=ObjectId(str(event["project_id"])),
        sequence=sequence,
        status=ProjectStatus(str(event["status"])),
        step=InitialisationStep(str(event["step"])),
        message=str(event["message"]),
        at=at,
    )
