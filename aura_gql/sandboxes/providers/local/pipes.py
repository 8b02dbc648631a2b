"""The host's ends of a command's stdin, stdout and stderr."""

import array
import asyncio
import fcntl
import os
import termios
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping

from aura_gql.sandboxes.values import OutputPiece, OutputStream

PIECE_BYTES = 1 << 16
# Reading pauses above the first and goes on below the second: the rest waits in the pipe, and the writer with it.
PAUSE_ABOVE_BYTES = 1 << 18
RESUME_BELOW_BYTES = 1 << 17


class OutputPipes(AsyncIterator[OutputPiece]):
    """Reads ahead a bounded amount; as an iterator it gives every byte once. Not for two readers at a time."""

    def __init__(self, streams: Mapping[int, OutputStream], waiting: Callable[[int], int] | None = None) -> None:
        """Takes over the descriptors, which must not block. `waiting` tells how much one holds, at most."""
        self._loop = asyncio.get_running_loop()
        self._streams = dict(streams)
        self._pieces: deque[OutputPiece] = deque()
        self._buffered = 0
        self._reading = False
        self._changed = asyncio.Event()
        self._waiting = waiting or _bytes_waiting
        self._resume()

    async def __anext__(self) -> OutputPiece:
        """The next piece; the end comes when both pipes are closed or `finish` was called."""
        while not self._pieces:
            if not self._streams:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        piece = self._pieces.popleft()
        self._buffered -= len(piece.data)
        if self._buffered < RESUME_BELOW_BYTES:
            self._resume()
        return piece

    def finish(self) -> list[int]:
        """Take what lies in the pipes now and read no more; the pipes still open, for the caller to close."""
        self._pause()
        for descriptor in list(self._streams):
            left = self._waiting(descriptor)
            while left > 0 and (taken := self._take(descriptor, min(left, PIECE_BYTES))):
                left -= taken
        still_open = list(self._streams)
        self._streams.clear()
        self._changed.set()
        return still_open

    def _on_readable(self, descriptor: int) -> None:
        self._take(descriptor, PIECE_BYTES)
        if self._buffered > PAUSE_ABOVE_BYTES:
            self._pause()

    def _take(self, descriptor: int, size: int) -> int:
        """Read once; how many bytes."""
        try:
            data = os.read(descriptor, size)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if data:
            self._pieces.append(OutputPiece(self._streams[descriptor], data))
            self._buffered += len(data)
        else:
            self._loop.remove_reader(descriptor)
            del self._streams[descriptor]
            os.close(descriptor)
        self._changed.set()
        return len(data)

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            for descriptor in self._streams:
                self._loop.remove_reader(descriptor)

    def _resume(self) -> None:
        if not self._reading:
            self._reading = True
            for descriptor in self._streams:
                self._loop.add_reader(descriptor, self._on_readable, descriptor)


class StdinPipe:
    """Writes as fast as the command reads, and drops what nobody will read."""

    def __init__(self, descriptor: int) -> None:
        """Takes over the descriptor, which must not block."""
        self._loop = asyncio.get_running_loop()
        self._descriptor: int | None = descriptor
        self._one_at_a_time = asyncio.Lock()
        self._room = asyncio.Event()

    async def write(self, data: bytes) -> None:
        """Hand over all of it, or as much as is taken before the other end goes."""
        async with self._one_at_a_time:
            left = memoryview(data)
            while left and self._descriptor is not None:
                try:
                    left = left[os.write(self._descriptor, left[:PIECE_BYTES]) :]
                except BlockingIOError:
                    await self._wait_for_room(self._descriptor)
                except OSError:
                    self.close()

    async def close_after_writes(self) -> None:
        """End of input, behind what is being written."""
        async with self._one_at_a_time:
            self.close()

    def close(self) -> None:
        """End of input now; a writer that waits gives up."""
        if self._descriptor is not None:
            self._loop.remove_writer(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None
            self._room.set()

    async def _wait_for_room(self, descriptor: int) -> None:
        self._room.clear()
        self._loop.add_writer(descriptor, self._room.set)
        try:
            await self._room.wait()
        finally:
            if self._descriptor is not None:
                self._loop.remove_writer(descriptor)


def _bytes_waiting(descriptor: int) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return count[0]
