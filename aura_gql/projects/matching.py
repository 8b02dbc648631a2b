"""Which projects a query or a change means."""

from collections.abc import Mapping
from typing import Any, Final

from bson import ObjectId

from aura_gql.projects.records import ProjectRecord, ProjectStatus

VISIBLE: Final = {"$ne": ProjectStatus.DELETING.value}
"""The status of projects that their owners see."""

Match = Mapping[str, Any]
"""Which projects are meant; made here alone."""


def owned_match(user_id: str, project_id: ObjectId, status: ProjectStatus | None = None) -> Match:
    """For a change: the project, if the user owns it and it has the status, or any but DELETING."""
    return {"_id": project_id, "user_id": user_id, "status": VISIBLE if status is None else status.value}


def begun_match(project: ProjectRecord) -> Match:
    """For a change: the project, if its initialisation still is in the same step of the same attempt."""
    initialising = ProjectStatus.INITIALIZING.value
    return {"_id": project.id, "status": initialising, "step": project.step.value, "attempt": project.attempt}


def owned_query(
    user_id: str,
    *,
    status: ProjectStatus | None = None,
    template_id: ObjectId | None = None,
    name_pattern: str | None = None,
) -> Match:
    """The query for a user's projects; `name_pattern` is a regular expression, matched in any case."""
    query: dict[str, Any] = {"user_id": user_id, "status": VISIBLE}
    if status is not None:
        query["status"] = {"$eq": status.value, **VISIBLE}
    if template_id is not None:
        query["template_id"] = template_id
    if name_pattern is not None:
        query["name"] = {"$regex": name_pattern, "$options": "i"}
    return query
