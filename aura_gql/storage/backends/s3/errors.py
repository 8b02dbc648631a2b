"""The words of the S3 SDK in our own.

Its exceptions are told by the package that they come from, so that nothing heavy is imported to catch them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aura_gql.kernel.errors import DomainError, StorageUnavailable
from aura_gql.storage.errors import (
    BlobNotFound,
    BucketMissing,
    ClockSkewed,
    CredentialsRefused,
    StorageFull,
    StorageThrottled,
    StorageUnreachable,
    StorageUntrusted,
)

_PACKAGES = frozenset({"botocore", "aiobotocore", "aiohttp"})
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_WORDLESS = frozenset({"400", "401", "403"})
_REFUSED = frozenset(
    {"401", "403", "AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Unauthorized"}
)
_THROTTLED = frozenset({"429", "RequestLimitExceeded", "ServiceUnavailable", "SlowDown", "TooManyRequests"})
_CUT_SHORT = frozenset({"ClientPayloadError", "IncompleteReadError", "ResponseStreamingError", "IncompleteBody"})
_TLS = frozenset({"SSLError", "ClientSSLError", "ClientConnectorCertificateError"})
_TOO_MANY_REQUESTS = 429
_SERVER_FAILS = 500

_BY_CODE: Mapping[str, tuple[type[StorageUnavailable], str]] = {
    "NoSuchBucket": (BucketMissing, "The blob store has no such bucket."),
    "RequestTimeTooSkewed": (ClockSkewed, "The blob store's clock and this host's are too far apart."),
    "RequestExpired": (ClockSkewed, "The blob store's clock and this host's are too far apart."),
    "QuotaExceeded": (StorageFull, "The blob store has no room left."),
    "InsufficientStorage": (StorageFull, "The blob store has no room left."),
    **{code: (CredentialsRefused, f"The blob store refuses our credentials ({code}).") for code in _REFUSED},
    **{code: (StorageThrottled, f"The blob store asks for patience ({code}).") for code in _THROTTLED},
}


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
    code = code_of(error)
    if code in _BY_CODE:
        kind, words = _BY_CODE[code]
        return kind(words)
    if _status(error) >= _SERVER_FAILS:
        return StorageUnreachable(f"The blob store fails ({code}).")
    if code:
        return StorageUnavailable(f"The blob store refused the request ({code}).")
    if _names(error) & _TLS:
        return StorageUntrusted("The blob store's certificate is not to be trusted.")
    if isinstance(error, OSError) or _names(error):
        return StorageUnreachable(f"The blob store does not answer ({type(error).__name__}).")
    return None


def is_missing(error: Exception) -> bool:
    """Whether it says that there is no such object."""
    return code_of(error) in _MISSING


def is_wordless(error: Exception) -> bool:
    """Whether it is a refusal without a reason, as the answer to a HEAD, which has no body."""
    return code_of(error) in _WORDLESS


def is_passing(error: Exception) -> bool:
    """Whether trying again may help: throttling, which the SDK may have given up on, and a body that was cut short."""
    return _status(error) == _TOO_MANY_REQUESTS or code_of(error) in _THROTTLED or bool(_names(error) & _CUT_SHORT)


def code_of(error: BaseException) -> str:
    """What the store calls its refusal; empty where it is none."""
    return str(_answer(error).get("Error", {}).get("Code", ""))


def _status(error: BaseException) -> int:
    return int(_answer(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _answer(error: BaseException) -> Mapping[str, Any]:
    answer = getattr(error, "response", None)
    return answer if _names(error) and isinstance(answer, Mapping) else {}


def _names(error: BaseException) -> set[str]:
    """The names of its classes that the SDK or its HTTP client define."""
    return {kind.__name__ for kind in type(error).__mro__ if kind.__module__.partition(".")[0] in _PACKAGES}
