"""The background jobs of projects: their kinds and the keys that name what each works on."""

from bson import ObjectId

INITIALISE_PROJECT = "initialise-project"
DELETE_PROJECT = "delete-project"


def initialisation_key(project_id: ObjectId, attempt: int) -> str:
    """The key of one attempt. Each has its own, as a queue passes over a key whose job is just about to end."""
    return f"{project_id}:{attempt}"


def parse_initialisation_key(key: str) -> tuple[ObjectId, int]:
    """The project and the attempt that `initialisation_key` wrote."""
    project_id, _, attempt = key.partition(":")
    return ObjectId(project_id), int(attempt)
