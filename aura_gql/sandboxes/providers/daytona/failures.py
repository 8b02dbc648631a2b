"""What the SDK raises, and what leaks through it, as the errors of the port."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aura_gql.kernel.errors import DomainError, Unsupported
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.errors import (
    AgentGone,
    LinkBroken,
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorRefused,
    VendorTimedOut,
)

# It says that an account is full with a status that also stands for wrong requests; its words alone tell.
_FULL: Final = re.compile(r"limit exceeded|quota|maximum allowed|limit reached", re.IGNORECASE)
_CANT_PAUSE: Final = re.compile(r"support\w* paus", re.IGNORECASE)
_NO_ROOM: Final = re.compile(r"no (available )?runners?|no capacity", re.IGNORECASE)
_TOLD_CHARS: Final = 300
# What answers in the machine itself knows nothing of keys: it may not do something to a file.
_IN_MACHINE: Final = "DAYTONA_DAEMON"

GONE: Final = "The machine has ended."
_TIMED_OUT: Final = "Daytona did not answer in time."
_DOWN: Final = "Daytona can't be reached, or does not answer as it should."


@asynccontextmanager
async def told_apart(timeout_s: float, *, is_of_one: bool = True) -> AsyncIterator[None]:
    """Have what is asked within end after `timeout_s`, and raise nothing but the errors of the port. Where it is not of
    one machine, what is not found is something of the settings'.
    """
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except (DomainError, LinkBroken, AgentGone):
        raise
    except Exception as error:
        failure = failure_of(error)
        if isinstance(failure, SandboxGone) and not is_of_one:
            failure = _refused(error)
        raise failure from error


def failure_of(error: Exception) -> DomainError:
    """The error of the port for one of the SDK, or for one of the libraries below it, which it lets pass at times."""
    status = getattr(error, "status_code", None)
    words = _words(error)
    if status is None:
        return _without_status(error, words)
    if status == 403 and getattr(error, "source", None) == _IN_MACHINE:
        return _refused(error)
    if status in (401, 403):
        return VendorKeyRefused(f"Daytona does not take the key ({status}).")
    if status in (400, 409, 422) and _CANT_PAUSE.search(words):
        return Unsupported("Machines of this class can't be paused at Daytona.")
    if status in (400, 409, 422, 429) and _FULL.search(words):
        return VendorFull("The account at Daytona has no room for another sandbox.")
    if status == 429:
        return VendorBusy("Daytona asks us to come back later.", _retry_after_s(error))
    if status == 409 or (status == 400 and _NO_ROOM.search(words)):
        return VendorBusy("Daytona can't do this now.")
    if status in (404, 410):
        return SandboxGone(GONE)
    if status in (408, 504):
        return VendorTimedOut(_TIMED_OUT)
    if status >= 500:
        return VendorDown(f"Daytona answers with an error of its own ({status}).")
    return _refused(error)


def _refused(error: Exception) -> VendorRefused:
    return VendorRefused(f"Daytona refuses the request: {_words(error)}")


def _without_status(error: Exception, words: str) -> DomainError:
    """Something below HTTP, or a state that the SDK waited for in vain."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"TimeoutError", "DaytonaTimeoutError", "ServerTimeoutError"}:
        return VendorTimedOut(_TIMED_OUT)
    if "entered error state" in words and _FULL.search(words):
        return VendorFull("The account at Daytona has no room for another sandbox.")
    return VendorDown(_DOWN)


def _words(error: Exception) -> str:
    """What the vendor says, on one line and not too long."""
    return " ".join(str(error).split())[:_TOLD_CHARS]


def _retry_after_s(error: Exception) -> float | None:
    """Seconds, where it says so in a header; Daytona has one for each of its limits."""
    headers = getattr(error, "headers", None) or {}
    told = [str(value) for name, value in headers.items() if str(name).lower().startswith("retry-after")]
    seconds = [float(value) for value in told if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value)]
    return max(seconds, default=None)
