"""What time it is in a cloud: this host's, moved as a test wants it."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Goes on with time; `skew_s` is how many seconds it is ahead of this host."""

    def __init__(self, skew_s: float = 0.0) -> None:
        self.skew_s = skew_s

    def now(self) -> datetime:
        """The time there."""
        return datetime.now(UTC) + timedelta(seconds=self.skew_s)


def told(at: datetime) -> str:
    """As Daytona writes a time."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
