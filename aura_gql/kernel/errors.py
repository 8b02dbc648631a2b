"""Domain errors: what went wrong, in words that know no transport.

Every error that a caller can act on is a `DomainError`. A room subclasses one of the kinds below and names the fact
(`ProjectNotFound(NotFound)`); the graph translates by `code` alone, once, in `graph/errors.py`.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from aura_gql.kernel.error_codes import ErrorCode

__all__ = ["ErrorCode"]


class DomainError(Exception):
    """An expected failure. `field` is the path of the offending input below `input`, outermost first.

    Where the raiser does not say, a mutation's answer points at `subject`: the input that names the thing, by its name.
    `details` holds JSON-able facts that a client can act on (`{"currentVersion": 3}`), never anything internal.
    """

    code: ClassVar[ErrorCode]
    subject: ClassVar[str | None] = None

    def __init__(self, message: str, *, field: Sequence[str] = (), details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = tuple(field)
        self.details = dict(details or {})


class InvalidInput(DomainError):
    """The input breaks a rule that the message states, with the limit."""

    code = ErrorCode.INVALID_INPUT


class NotFound(DomainError):
    """There is no such thing, or the caller may not know of it: the two answer alike."""

    code = ErrorCode.NOT_FOUND


class Conflict(DomainError):
    """Somebody else changed it first."""

    code = ErrorCode.CONFLICT


class InvalidState(DomainError):
    """The thing is not in a state that allows this."""

    code = ErrorCode.INVALID_STATE


class QuotaExceeded(DomainError):
    """A limit of the account, the project or the host is reached; the message names it."""

    code = ErrorCode.QUOTA_EXCEEDED


class Forbidden(DomainError):
    """The caller may see the thing but not do this to it."""

    code = ErrorCode.FORBIDDEN


class Unsupported(DomainError):
    """This provider or this build can't do that."""

    code = ErrorCode.UNSUPPORTED


class IdempotencyMismatch(DomainError):
    """The idempotency key was used in the last 24 hours with other input."""

    code = ErrorCode.IDEMPOTENCY_MISMATCH


class ProviderUnavailable(DomainError):
    """The sandbox provider does not answer, or refuses us."""

    code = ErrorCode.PROVIDER_UNAVAILABLE


class StorageUnavailable(DomainError):
    """The blob store does not answer, or refuses us."""

    code = ErrorCode.STORAGE_UNAVAILABLE


class SourceUnavailable(DomainError):
    """The place that templates come from does not answer, asks for patience or talks nonsense."""

    code = ErrorCode.SOURCE_UNAVAILABLE


class Unauthenticated(DomainError):
    """No valid session came with the request."""

    code = ErrorCode.UNAUTHENTICATED


class TookTooLong(DomainError):
    """It was given up before it ended; nothing of it goes on."""

    code = ErrorCode.TIMEOUT


class RateLimited(DomainError):
    """The caller used up what he may use in this stretch of time; `retryAfterS` among the details tells when he may."""

    code = ErrorCode.RATE_LIMITED


class TooMuchAsked(DomainError):
    """The operation asks for more than one may; the message names the limit."""

    code = ErrorCode.QUERY_TOO_COMPLEX
