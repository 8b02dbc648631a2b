"""What bounds a talk with GitHub."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GitHubLimits:
    """Of a packed repository `archive_bytes` at most; for one call `total_s` with all its attempts and redirects.

    `idle_s` may go without a byte, and `connect_s` until a connection is there. What may pass is tried `attempts` times
    in all, the pauses between them growing from `first_pause_s`.
    """

    archive_bytes: int
    total_s: float
    idle_s: float = 30.0
    connect_s: float = 10.0
    attempts: int = 4
    first_pause_s: float = 0.5
