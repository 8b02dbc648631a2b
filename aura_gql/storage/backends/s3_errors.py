"""The words of the S3 SDK in our own.

Its exceptions are told by the package that they come from, so that nothing heavy is imported to catch them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aura_gql.kernel.errors import DomainError, StorageUnavailable
from aura_gql.storage.errors import BlobNotFound

_PACKAGES = frozenset({"botocore", "aiobotocore", "aiohttp"})
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_REFUSED = frozenset({"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Unauthorized"})
_THROTTLED = frozenset({"429", "SlowDown", "TooManyRequests"})
_CUT_SHORT = frozenset({"ClientPayloadError", "IncompleteReadError", "ResponseStreamingError", "IncompleteBody"})
_TOO_MANY_REQUESTS = 429


@contextmanager
def sdk_errors() -> Iterator[None]:
    """Turn what the SDK raises inside into BlobNotFound or StorageUnavailable; our own errors and bugs pass."""
    try:
        yield
    except DomainError:
        raise
    except Exception as error:
        known = translated(error)
        if known is None:
            raise
        raise known from error


def translated(error: Exception) -> DomainError | None:
    """The domain error for an exception of the SDK or the network; None for any other."""
    if is_missing(error):
        return BlobNotFound("No such blob.")
    code = _code(error)
    if code == "NoSuchBucket":
        return StorageUnavailable("The blob store has no such bucket.")
    if code in _REFUSED:
        return StorageUnavailable(f"The blob store refuses our credentials ({code}).")
    if code:
        return StorageUnavailable(f"The blob store refused the request ({code}).")
    if isinstance(error, OSError) or _names(error):
        return StorageUnavailable(f"The blob store does not answer ({type(error).__name__}).")
    return None


def is_missing(error: Exception) -> bool:
    """Whether it says that there is no such object."""
    return _code(error) in _MISSING


def is_passing(error: Exception) -> bool:
    """Whether trying again may help, and the SDK has not tried: throttling by 429, and a body that was cut short."""
    status = _answer(error).get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status == _TOO_MANY_REQUESTS or _code(error) in _THROTTLED or bool(_names(error) & _CUT_SHORT)


def _answer(error: Exception) -> Mapping[str, Any]:
    answer = getattr(error, "response", None)
    return answer if _names(error) and isinstance(answer, Mapping) else {}


def _code(error: Exception) -> str:
    return str(_answer(error).get("Error", {}).get("Code", ""))


def _names(error: Exception) -> set[str]:
    """The names of its classes that the SDK or its HTTP client define."""
    return {kind.__name__ for kind in type(error).__mro__ if kind.__module__.partition(".")[0] in _PACKAGES}
