"""The messages of a conversation, as bytes: a kind, the number of a call or of a stream, and what it carries.

CALL     JSON {method, arguments, streams}, then bytes        CANCEL    nothing: the call is to end
ANSWER   JSON, then bytes                                     DATA      bytes of a stream
FAILED   JSON that `failures` reads                           CREDIT    how many more bytes may come
                                                              END, ABORT   nothing
"""

import json
from dataclasses import dataclass
from enum import IntEnum

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.values import JSON

MAX_JSON_BYTES = MAX_BODY_BYTES = 1 << 20
_NUMBER_BYTES = 4
_HEAD_BYTES = 1 + _NUMBER_BYTES
MAX_NUMBER = (1 << 8 * _NUMBER_BYTES) - 1


class MessageKind(IntEnum):
    """What a message is."""

    CALL = 1
    ANSWER = 2
    FAILED = 3
    CANCEL = 4
    DATA = 5
    END = 6
    CREDIT = 7
    ABORT = 8


_KINDS = {int(kind): kind for kind in MessageKind}
_WITH_JSON = (MessageKind.CALL, MessageKind.ANSWER, MessageKind.FAILED)


@dataclass(frozen=True, slots=True)
class Message:
    """One of them, taken apart; `value` is None where the kind has no JSON."""

    kind: MessageKind
    number: int
    value: JSON = None
    body: bytes = b""


def encode(message: Message) -> bytes:
    """As bytes. InvalidInput where it is more than goes into a message."""
    head = bytes([message.kind]) + message.number.to_bytes(_NUMBER_BYTES, "big")
    if message.kind not in _WITH_JSON:
        return head + message.body
    text = json.dumps(message.value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(text) > MAX_JSON_BYTES:
        raise InvalidInput(f"What is asked of a sandbox at once has at most {MAX_JSON_BYTES} bytes.")
    if len(message.body) > MAX_BODY_BYTES:
        raise InvalidInput(f"What is handed to a sandbox at once has at most {MAX_BODY_BYTES} bytes.")
    return b"".join((head, len(text).to_bytes(_NUMBER_BYTES, "big"), text, message.body))


def decode(data: bytes) -> Message:
    """The message. WireViolation for what `encode` does not write."""
    kind = _KINDS.get(data[0]) if data else None
    if kind is None or len(data) < _HEAD_BYTES:
        raise WireViolation("There is no such message.")
    number = int.from_bytes(data[1:_HEAD_BYTES], "big")
    if kind not in _WITH_JSON:
        return Message(kind, number, None, data[_HEAD_BYTES:])
    begin = _HEAD_BYTES + _NUMBER_BYTES
    end = begin + int.from_bytes(data[_HEAD_BYTES:begin], "big")
    if not begin <= end <= len(data) or end - begin > MAX_JSON_BYTES:
        raise WireViolation("A message is cut off.")
    try:
        value: JSON = json.loads(data[begin:end].decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise WireViolation("A message has no JSON.") from None
    return Message(kind, number, value, data[end:])
