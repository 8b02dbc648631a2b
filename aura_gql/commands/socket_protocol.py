"""Sockets whose clients do not read, do not answer, or are gone without a word."""

import asyncio
import fcntl
import socket
import struct
import termios
from functools import partial
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from aura_gql.commands.http_answer import refusal
from aura_gql.commands.pace import Pace
from aura_gql.commands.stalling import StallClock
from aura_gql.infra.byte_room import ByteRoom
from aura_gql.kernel.close_codes import CloseCode
from aura_gql.kernel.errors import ErrorCode

LAST_WORD_S = 5.0
"""How long a client has to read why it is closed, before the connection is cut."""

PIECE_BYTES = 16 * 1024
"""What is taken from one client before others have their turn: at six bytes a frame it is thousands of them."""

FREE_BYTES = 64 * 1024
"""Of a message that has not come whole, which have their place whatever else there is: few messages are longer."""

LONGEST_AT_ONCE = 32
LONGEST_AT_ONCE_PER_ADDRESS = 8
"""Messages of the greatest length of which parts are in memory at a time."""

FRAMES_A_SECOND = 500
FRAMES_AT_ONCE = 2_000
"""Frames of every kind that a client may send, in the long run and in a burst; beyond, it is read no faster."""


class PatientSocketProtocol(WebSocketsSansIOProtocol):
    """Closes with TRY_LATER a client that takes nothing for too long or does not answer a ping, and then cuts it off.

    Uvicorn alone would wait for its output to go out, which to a dead peer it never does. While output waits nothing is
    read: a client that asks and does not listen (pings must be answered, too) would fill our memory with answers.
    Nor is one heard who sends so much that nobody else would be: frames cost the server far more than the client. And
    the parts of long messages that have not come whole have only so much room, for all connections together.
    """

    _stall: StallClock
    _turn: asyncio.Handle | None = None
    _long_bytes = 0

    def __init__(self, *args: Any, send_timeout_s: float, room: ByteRoom, **options: Any) -> None:
        """As uvicorn makes it, but for `send_timeout_s`, how long a client may take nothing, and the shared `room`."""
        super().__init__(*args, **options)
        self._room = room
        self._send_timeout_s = send_timeout_s
        self._held = bytearray()
        self._pace = Pace(FRAMES_A_SECOND, FRAMES_AT_ONCE, self.loop.time())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to watch the output."""
        super().connection_made(transport)
        self._stall = StallClock(self.transport, self._send_timeout_s, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """End of the watch."""
        self._stall.stop()
        if self._turn is not None:
            self._turn.cancel()
        self._held.clear()
        self._hold(0)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, piece by piece where it is much."""
        if not self.handshake_initiated:
            self._shake_hands(data)
        elif self._turn is None and not self._held and len(data) <= PIECE_BYTES:
            self._take(data)
        else:
            self._held += data
            self._read_on()

    def handle_events(self) -> None:
        """Count the frames that came, then have them seen to."""
        self._pace.count(len(self.conn.events))
        super().handle_events()

    def pause_writing(self) -> None:
        """Hear nothing more until the client has listened."""
        super().pause_writing()
        self._stall.start()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Hear the client again."""
        super().resume_writing()
        self._stall.stop()
        self._read_on()

    async def receive(self) -> Any:
        """The next message; taking the last one that waited would have uvicorn read on."""
        message = await super().receive()
        self._read_on()
        return message

    async def send(self, message: Any) -> None:
        """Send; a connection that was closed is cut off where its client does not close it in turn."""
        await super().send(message)
        if message["type"] == "websocket.close" and self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """No pong: wait on while the ping itself is still on its way to a slow reader, else hang up."""
        if _on_its_way(self.transport.get_extra_info("socket")) or self.transport.get_write_buffer_size():
            self.pong_timer = self.loop.call_later(cast(float, self.ping_timeout), self.keepalive_timeout)
            return
        self.pong_timer = None
        self._hang_up("You did not answer a ping.")

    def _shake_hands(self, data: bytes) -> None:
        """What is no handshake is refused, where uvicorn would neither answer nor hang up."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.transport.is_closing():
            self.transport.write(refusal(400, "This is not how a socket is opened.", ErrorCode.BAD_REQUEST))
            self.transport.close()

    def _take(self, data: bytes) -> None:
        super().data_received(data)
        waiting = len(self.conn.reader.buffer) + (self.conn.current_size or 0)
        if not self._hold(waiting if waiting > FREE_BYTES else 0):
            self._hang_up("Too many long messages are on their way.")
            return
        wait_s = self._pace.wait_s(self.loop.time())
        if wait_s > 0 and self._turn is None:
            self._turn = self.loop.call_later(wait_s, self._take_turn)
        self._read_on()

    def _hold(self, waiting: int) -> bool:
        """Have room for so many bytes of a long message that is not whole; False where there is none."""
        address = self.client[0] if self.client else ""
        more, self._long_bytes = waiting - self._long_bytes, waiting
        if more <= 0:
            self._room.release(address, -more)
        elif not self._room.take(address, more):
            self._long_bytes -= more
            return False
        return True

    def _take_turn(self) -> None:
        self._turn = None
        if self._held and self._may_hear():
            piece = bytes(self._held[:PIECE_BYTES])
            del self._held[:PIECE_BYTES]
            self._take(piece)
        else:
            self._read_on()

    def _may_hear(self) -> bool:
        """Whether the messages that came have been taken, and the answers as well."""
        return not self.read_paused and self.writable.is_set()

    def _read_on(self) -> None:
        """Read, unless something that came is still to be taken; the next piece of it has its turn after others."""
        if self.transport.is_closing():
            return
        if self._turn is None and self._held and self._may_hear():
            self._turn = self.loop.call_soon(self._take_turn)
        if self._turn is None and self._may_hear():
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def _give_up(self) -> None:
        self._hang_up("You read too slowly.")

    def _hang_up(self, reason: str) -> None:
        """Say why, let whoever sends or receives know, and cut the connection off."""
        if self.close_sent or self.transport.is_closing():
            self.transport.abort()
            return
        self.stop_keepalive()
        self.conn.fail(CloseCode.TRY_LATER, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self.disconnected = True
        self.writable.set()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": CloseCode.TRY_LATER, "reason": reason})
        self.loop.call_later(LAST_WORD_S, self.transport.abort)


def patient_sockets(send_timeout_s: float, max_message_bytes: int) -> type[asyncio.Protocol]:
    """What uvicorn's configuration takes as the class of its sockets: those of one server, which share their room."""
    room = ByteRoom(LONGEST_AT_ONCE * max_message_bytes, LONGEST_AT_ONCE_PER_ADDRESS * max_message_bytes)
    return cast(type[asyncio.Protocol], partial(PatientSocketProtocol, send_timeout_s=send_timeout_s, room=room))


def _on_its_way(connection: socket.socket) -> bool:
    """Whether the client's system has not confirmed everything yet that ours has taken over; False where unknown."""
    try:
        waiting: int = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]
    except OSError:
        return False
    return waiting > 0
