"""What GitHub says when it does not give what it was asked for, in our own errors."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.templates.errors import (
    TemplateRepositoryNotFound,
    TemplateSourceRefused,
    TemplatesRateLimited,
    TemplatesUnavailable,
)

LONGEST_PAUSE: Final = timedelta(hours=24)
_USUAL_PAUSE: Final = timedelta(minutes=1)
_SERVER_FAILS: Final = 500
# Nothing there: no repository that we may see, an empty one, no such ref.
_MISSING: Final = frozenset({404, 409, 410, 422})


class PassingTrouble(TemplatesUnavailable):
    """What another attempt may be spared."""


def refusal(status: int, headers: Mapping[str, str], body: bytes, host: str) -> DomainError:
    """The error for an answer of `status`; the beginning of its body counts where the headers say nothing."""
    if status == 429 or (status >= 403 and "retry-after" in headers) or (status == 403 and _is_limit(headers, body)):
        retry_at = retry_time(headers)
        return TemplatesRateLimited(f"{host} has had enough of our requests until {_clock(retry_at)}.", retry_at)
    if status >= _SERVER_FAILS:
        return PassingTrouble(f"{host} fails with status {status}.")
    if status in _MISSING:
        return TemplateRepositoryNotFound(f"{host} has no such repository, no such ref in it, or hides it from us.")
    if status == 401:
        return TemplateSourceRefused(f"{host} does not know our GITHUB_TOKEN; it may be mistyped, revoked or expired.")
    return TemplateSourceRefused(f"{host} refuses us with status {status}.")


def spent_until(headers: Mapping[str, str]) -> datetime | None:
    """When more may be asked, where an answer used up the last request of the hour; else None."""
    return retry_time(headers) if headers.get("x-ratelimit-remaining") == "0" else None


def retry_time(headers: Mapping[str, str]) -> datetime:
    """When to ask again: as `retry-after` says, else where the hour's requests are used up as `x-ratelimit-reset` does.

    Both are read by the clock of who answered, since ours may be wrong. At least a second and at most LONGEST_PAUSE
    from now; in a minute where nothing sensible is told.
    """
    now = utcnow()
    theirs = _date(headers.get("date", "")) or now
    pause = _pause(headers.get("retry-after", ""), theirs)
    if pause is None and headers.get("x-ratelimit-remaining") == "0":
        reset = _number(headers.get("x-ratelimit-reset", ""))
        pause = None if reset is None else timedelta(seconds=math.ceil(reset - theirs.timestamp()))
    if pause is None or pause <= timedelta():
        pause = _USUAL_PAUSE
    return now + min(max(pause, timedelta(seconds=1)), LONGEST_PAUSE)


def _pause(retry_after: str, theirs: datetime) -> timedelta | None:
    seconds = _number(retry_after)
    if seconds is not None:
        return timedelta(seconds=seconds)
    until = _date(retry_after)
    return None if until is None else until - theirs


def _number(text: str) -> int | None:
    # No longer than what a timedelta holds.
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_limit(headers: Mapping[str, str], body: bytes) -> bool:
    return headers.get("x-ratelimit-remaining") == "0" or b"rate limit" in body.lower()


def _clock(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
