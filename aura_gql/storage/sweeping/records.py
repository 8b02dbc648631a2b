"""What the sweeper works with and what it tells; times in seconds, sizes in bytes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aura_gql.storage.ports import BlobKey

PROMISE_S = 600.0
"""How long a claim keeps the sweeper from blobs."""


class Sentence(StrEnum):
    """How far the removal of a blob has come."""

    CONDEMNED = "CONDEMNED"
    """Nothing named it; a claim rescues it."""

    DOOMED = "DOOMED"
    """It is just being removed; a claim waits for that."""


@dataclass(frozen=True, slots=True)
class NamedBlob:
    """A blob that something names: how large it says that it is, and what that is, for people."""

    key: BlobKey
    size: int
    named_by: str


@dataclass(frozen=True, slots=True)
class CondemnedBlob:
    """A blob that nothing named at `condemned_at`; `why` says so for people."""

    key: BlobKey
    size: int
    modified_at: datetime
    condemned_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class SweepLimits:
    """Blobs younger than `grace_s` are left alone; condemned ones wait for `wait_s`, longer than any claim promises.

    A run ends behind so many scopes or blobs looked at, or blobs removed, and the next one, `interval_s` later, goes on
    there: each scope is a request at least, for which object stores charge. What was removed is remembered `kept_s`.
    """

    interval_s: float = 6 * 3_600
    grace_s: float = 24 * 3_600
    wait_s: float = 24 * 3_600
    kept_s: float = 90 * 24 * 3_600
    max_scopes: int = 20_000
    max_looked_at: int = 200_000
    max_removed: int = 20_000


@dataclass(slots=True)
class SweepReport:
    """What a run came to."""

    looked_at: int = 0
    condemned: int = 0
    spared: int = 0
    removed: int = 0
    removed_bytes: int = 0
