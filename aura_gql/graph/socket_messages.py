"""The shapes of `graphql-transport-ws` messages, as clients send them."""

import json
from collections.abc import Mapping
from typing import NoReturn

import orjson

from aura_gql.graph.document_id import document_id_of

MAX_ID_LENGTH = 256
"""Characters of an operation's id, which every message about it repeats."""


UNSPEAKABLE = "The message holds half of a surrogate pair, or a number that is out of range"


class Unspeakable(dict[str, object]):
    """A message that is JSON but holds what can't be passed on, as `UNSPEAKABLE` says."""


def decode_message(text: str) -> object:
    """A message as it came; Unspeakable where its operation alone is to blame, ValueError where it is not JSON."""
    try:
        return orjson.loads(text)
    except ValueError:
        try:
            decoded = json.loads(text, parse_constant=_refuse_constant)
        except RecursionError as error:
            raise ValueError("It nests too deeply.") from error
        if not isinstance(decoded, dict):
            raise
        return Unspeakable(decoded)


def complaint_about(message: object) -> str | None:
    """Why `message` is none that the protocol knows; None where it is well-formed."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be an object with a type"
    kind, payload = message["type"], message.get("payload")
    if isinstance(message, Unspeakable) and kind != "subscribe":
        return UNSPEAKABLE
    if kind in ("connection_init", "ping", "pong"):
        return None if isinstance(payload, dict | None) else "The payload must be an object"
    if kind not in ("subscribe", "complete"):
        return f"The type {kind[:40]!r} is none that a client sends"
    id = message.get("id")
    if not (isinstance(id, str) and 0 < len(id) <= MAX_ID_LENGTH and _is_text(id)):
        return f"The id must be a string of 1 to {MAX_ID_LENGTH} characters"
    return _complaint_about_operation(payload) if kind == "subscribe" else None


def authorization_of(payload: Mapping[str, object]) -> str | None:
    """The `Authorization` that a `connection_init` payload carries, at its top or under `headers`."""
    nested = payload.get("headers")
    for fields in (payload, nested if isinstance(nested, dict) else {}):
        for name, value in fields.items():
            if name.lower() == "authorization" and isinstance(value, str):
                return value
    return None


def _complaint_about_operation(payload: object) -> str | None:
    if not isinstance(payload, dict) or not (isinstance(payload.get("query"), str) or document_id_of(payload)):
        return "The payload must be an object with a query"
    if not isinstance(payload.get("operationName"), str | None):
        return "The operationName must be a string"
    if not all(isinstance(payload.get(name), dict | None) for name in ("variables", "extensions")):
        return "The variables and extensions must be objects"
    return None


def _is_text(id: str) -> bool:
    try:
        return bool(id.encode())
    except UnicodeEncodeError:
        return False


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")
