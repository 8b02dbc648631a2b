"""What was heard: each frame once and in order, put together to messages."""

from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.frames import Frame, FrameKind

MAX_MESSAGE_BYTES = 2 << 20


class Inbox:
    """`heard` is the number of the last frame before the first one that is missing."""

    def __init__(self) -> None:
        self.heard = 0
        self._parts = bytearray()

    def take(self, frame: Frame) -> bytes | None:
        """The message that the frame ends; None where it does not, where it came before, and where one before it is
        missing. WireViolation where a message is longer than any may be.
        """
        if frame.number != self.heard + 1:
            return None
        self.heard += 1
        if frame.kind is FrameKind.DATA and not self._parts:
            return frame.payload
        self._parts += frame.payload
        if len(self._parts) > MAX_MESSAGE_BYTES:
            raise WireViolation(f"A message has more than {MAX_MESSAGE_BYTES} bytes.")
        if frame.kind is FrameKind.MORE:
            return None
        message = bytes(self._parts)
        self._parts.clear()
        return message
