"""Errors over the channel, by the names of those that a machine may answer with. That it has gone, no machine can."""

from collections.abc import Mapping
from typing import Final

from aura_gql.kernel.errors import Conflict, DomainError, InvalidInput, ProviderUnavailable, Unsupported
from aura_gql.sandboxes.errors import (
    ArchiveRefused,
    CommandNotFound,
    FileNotInSandbox,
    PortNotOpen,
    SandboxGone,
    SandboxQuotaExceeded,
    UnsafePath,
)
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.values import JSON

_KINDS = (
    ArchiveRefused,
    CommandNotFound,
    Conflict,
    FileNotInSandbox,
    InvalidInput,
    PortNotOpen,
    ProviderUnavailable,
    SandboxQuotaExceeded,
    UnsafePath,
    Unsupported,
)
FAILURES: Final[Mapping[str, type[DomainError]]] = {kind.__name__: kind for kind in _KINDS}
MAX_MESSAGE_CHARACTERS = 2000
MAX_FIELD_NAMES = 8
MAX_DETAILS = 16
MAX_PART_CHARACTERS = 1000
MAX_FIGURE = (1 << 63) - 1


def describe(error: Exception) -> JSON:
    """What is told of an error; of one that nobody expected its class alone."""
    if isinstance(error, SandboxGone):
        # The commands of this agent can't be reached, and the agent is about to end.
        error = ProviderUnavailable("The agent in the sandbox has just ended; the next use starts another.")
    if not isinstance(error, DomainError) or type(error).__name__ not in FAILURES:
        message = f"The agent in the sandbox failed ({type(error).__name__})."
        return {"kind": ProviderUnavailable.__name__, "message": message, "field": [], "details": {}}
    details = {key: value for key, value in error.details.items() if _is_plain(value)}
    message = error.message[:MAX_MESSAGE_CHARACTERS]
    return {"kind": type(error).__name__, "message": message, "field": list(error.field), "details": details}  # type: ignore[dict-item]


def revive(value: JSON) -> DomainError:
    """The error. WireViolation for what `describe` does not write."""
    match value:
        case {"kind": str(name), "message": str(message), "field": list(field), "details": dict(details)} if (
            name in FAILURES
            and len(message) <= MAX_MESSAGE_CHARACTERS
            and len(field) <= MAX_FIELD_NAMES
            and len(details) <= MAX_DETAILS
            and all(isinstance(part, str) and len(part) <= MAX_PART_CHARACTERS for part in field)
            and all(_is_plain(part) and len(key) <= MAX_PART_CHARACTERS for key, part in details.items())
        ):
            plain = {_text(key): _text(part) if isinstance(part, str) else part for key, part in details.items()}
            return FAILURES[name](_text(message), field=[_text(str(part)) for part in field], details=plain)
    raise WireViolation("There is no such error.")


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_PART_CHARACTERS
    return value is None or (isinstance(value, int) and abs(value) <= MAX_FIGURE)


def _text(said: str) -> str:
    """Half a character, which JSON can smuggle in, would break whoever writes it on."""
    return said.encode("utf-8", "replace").decode("utf-8")
