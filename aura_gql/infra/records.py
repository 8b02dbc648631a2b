"""What the infrastructure's collections hold, as read."""

from dataclasses import dataclass
from enum import StrEnum

from bson import ObjectId


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class JobLease:
    """The right to run a job. `fence` grows with each claim: writes under an older one find nothing.

    `attempts` counts this one.
    """

    id: str
    kind: str
    key: str
    fence: int
    attempts: int


@dataclass(frozen=True, slots=True)
class ClaimedKey:
    """What an idempotency key was first claimed for."""

    resource_id: ObjectId
    request_sha256: str
