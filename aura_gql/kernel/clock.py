"""Time as every room sees it: aware, UTC, in the milliseconds that MongoDB keeps."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """The present, truncated to milliseconds so that it survives a round trip through BSON."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
