"""What the previews room tells the others, as light objects."""

from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId


@dataclass(frozen=True, slots=True)
class PreviewRecord:
    """The right of whoever knows its token to reach one port of one sandbox until `expires_at`."""

    id: ObjectId
    sandbox_id: ObjectId
    project_id: ObjectId
    user_id: str
    port: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadePreview:
    """A preview with its URL; None where it was made by an earlier call, as only a digest of the token is kept."""

    preview: PreviewRecord
    url: str | None


@dataclass(frozen=True, slots=True)
class PreviewLimits:
    """How many there may be, and how long they last. Durations are seconds."""

    max_per_sandbox: int = 20
    max_connections: int = 100
    default_s: int = 3600
    min_s: int = 60
    max_s: int = 24 * 3600
    patrol_interval_s: float = 5.0
