"""What the SDK raises, and what leaks through it, as the errors of the port."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.e2b.answers import Answer, answer_behind
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

GONE: Final = "The machine has ended."
_TIMED_OUT: Final = "E2B did not answer in time."
_DOWN: Final = "E2B can't be reached, or does not answer as it should."
_LATER: Final = "E2B asks us to come back later."
# It says that an account is full with the status that it has for too many requests; its words alone tell.
_FULL: Final = re.compile(r"maximum number|concurrent|quota", re.IGNORECASE)
_TEMPLATE: Final = re.compile(r"template", re.IGNORECASE)


@asynccontextmanager
async def told_apart(timeout_s: float, *, creating: bool = False) -> AsyncIterator[None]:
    """Have what is asked of the API within end after `timeout_s`, and raise nothing but the errors of the port."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except (DomainError, LinkBroken, AgentGone):
        raise
    except Exception as error:
        raise failure_of(error, creating=creating) from error


def failure_of(error: Exception, *, creating: bool = False) -> DomainError:
    """The error of the port for one of a call to the API."""
    answer = answer_behind(error)
    if answer is None:
        return VendorTimedOut(_TIMED_OUT) if _is_timeout(error) else VendorDown(_DOWN)
    return _creation_failure(answer) if creating else _failure(answer)


def daemon_failure_of(error: Exception) -> DomainError:
    """The error of the port for one of a call to a machine's daemon; whether the machine runs is to be asked where it
    is VendorDown.
    """
    if is_of(error, "RateLimitException"):
        return VendorBusy(_LATER)
    if is_of(error, "NotEnoughSpaceException"):
        return VendorRefused("The disk of the machine at E2B is full.")
    if is_of(error, "InvalidArgumentException"):
        return VendorRefused("The machine at E2B takes the request for a wrong one.")
    # That it does not run is a timeout to the SDK as well.
    if is_of(error, "SandboxNotRunningException", "SandboxUnreachableException"):
        return VendorDown(_DOWN)
    return VendorTimedOut(_TIMED_OUT) if _is_timeout(error) else VendorDown(_DOWN)


def is_of(error: BaseException, *names: str) -> bool:
    """Whether its class or one above has such a name: the SDK is not loaded to tell its errors apart."""
    return any(kind.__name__ in names for kind in type(error).__mro__)


def _is_timeout(error: Exception) -> bool:
    """By this clock, the SDK's, or that of the HTTP library below."""
    return is_of(error, "TimeoutError", "TimeoutException")


def _creation_failure(answer: Answer) -> DomainError:
    """A template may be missing or another's, and a machine with this key may be on its way."""
    if answer.status == 404 or (answer.status == 403 and _TEMPLATE.search(answer.message or "")):
        return VendorRefused(f"E2B does not give this template: {answer.message}")
    if answer.status == 409:
        return VendorDown("E2B is at another request for the same machine.")
    return _failure(answer)


def _failure(answer: Answer) -> DomainError:
    status, message = answer.status, answer.message
    if status in (401, 403):
        return VendorKeyRefused(f"E2B does not take the key ({status}).")
    if status == 404:
        return SandboxGone(GONE)
    if status in (408, 504):
        return VendorTimedOut(_TIMED_OUT)
    if status == 429 and _FULL.search(message or ""):
        return VendorFull("The account at E2B has no room for another sandbox.")
    # What only stands in front of the API may have let the request through.
    if status in (409, 429) or (status == 503 and message is not None):
        return VendorBusy(_LATER, answer.retry_after_s)
    if 400 <= status < 500:
        return VendorRefused(f"E2B refuses the request ({status}): {message}")
    return VendorDown(f"E2B answers with an error of its own ({status})." if status >= 500 else _DOWN)
