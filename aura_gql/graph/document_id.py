"""How a request names a document instead of sending its text."""

from collections.abc import Mapping

_APQ_VERSION = 1
_SHA256 = "sha256:"


def document_id_of(parameters: Mapping[str, object]) -> str | None:
    """The id that a request's parameters name a document by; None where they name none in a way that we know.

    Apollo and urql send `extensions.persistedQuery`, GraphQL over HTTP's draft on persisted documents has `documentId`,
    where `sha256:` may stand before the digits, and Relay's users send `id`.
    """
    extensions = parameters.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if isinstance(persisted, dict) and persisted.get("version") == _APQ_VERSION:
        named = persisted.get("sha256Hash")
        if isinstance(named, str) and named:
            return named
    named = parameters.get("documentId") or parameters.get("id")
    return plain_id(named) if isinstance(named, str) and named else None


def plain_id(named: str) -> str:
    """An id without the name of its algorithm."""
    return named.removeprefix(_SHA256)
