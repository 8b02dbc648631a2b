"""Each frame counts once, in order."""

import pytest

from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.frames import MAX_PAYLOAD_BYTES, Frame, FrameKind
from aura_gql.sandboxes.providers.remote.wire.inbox import MAX_MESSAGE_BYTES, Inbox


def test_messages_are_put_together_once_and_in_order() -> None:
    inbox = Inbox()
    assert inbox.take(Frame(FrameKind.DATA, 2, 0, b"early")) is None
    assert inbox.take(Frame(FrameKind.DATA, 1, 0, b"one")) == b"one"
    assert inbox.take(Frame(FrameKind.DATA, 1, 0, b"one")) is None
    assert inbox.take(Frame(FrameKind.MORE, 2, 0, b"tw")) is None
    assert inbox.take(Frame(FrameKind.MORE, 2, 0, b"tw")) is None
    assert inbox.take(Frame(FrameKind.DATA, 3, 0, b"o")) == b"two"
    assert inbox.heard == 3


def test_a_message_without_an_end_is_refused() -> None:
    inbox = Inbox()
    fitting = MAX_MESSAGE_BYTES // MAX_PAYLOAD_BYTES
    for number in range(1, fitting + 1):
        assert inbox.take(Frame(FrameKind.MORE, number, 0, bytes(MAX_PAYLOAD_BYTES))) is None
    with pytest.raises(WireViolation, match="has more than"):
        inbox.take(Frame(FrameKind.MORE, fitting + 1, 0, bytes(MAX_PAYLOAD_BYTES)))
