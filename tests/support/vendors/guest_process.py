"""One command of a guest, with its pipes or its terminal."""

import asyncio
import contextlib
import fcntl
import os
import struct
import termios

Output = tuple[asyncio.StreamReader, asyncio.BaseTransport]


class GuestProcess:
    """A running command. `pid` is as the guest sees it.

    With pipes, `stdout` and `stderr` are readers of their own and `write` goes to stdin; on a terminal all is
    `stdout`. A reader ends when everything that holds the other end has ended.
    """

    def __init__(self, pid: int, ended: asyncio.Future[int], stdin: int, *outputs: Output) -> None:
        self.pid = pid
        self.stdout = outputs[0][0]
        self.stderr = outputs[1][0] if len(outputs) > 1 else None
        self._stdin: int | None = stdin
        self._writing = asyncio.Lock()
        self._ended = ended
        self._transports = [transport for _, transport in outputs]

    @property
    def on_terminal(self) -> bool:
        """Whether it has one."""
        return self.stderr is None

    @property
    def returncode(self) -> int | None:
        """The exit code, or a signal's number below zero; None while it runs."""
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        """The exit code, or a signal's number below zero; for several at once."""
        return await asyncio.shield(self._ended)

    async def write(self, data: bytes) -> None:
        """To stdin or to the terminal, in order; waits while nobody reads. BrokenPipeError where that has closed."""
        async with self._writing:
            while data:
                if self._stdin is None:
                    raise BrokenPipeError("stdin has been closed")
                try:
                    data = data[os.write(self._stdin, data) :]
                except BlockingIOError:
                    await _writable(self._stdin)

    def close_stdin(self) -> None:
        """End of input. Safe to repeat; on a terminal it closes the terminal for writing here alone."""
        if self._stdin is not None:
            os.close(self._stdin)
            self._stdin = None

    def resize(self, rows: int, columns: int) -> None:
        """Of a terminal."""
        if self._stdin is not None:
            with contextlib.suppress(OSError):
                fcntl.ioctl(self._stdin, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def let_go(self) -> None:
        """Close every descriptor; the guest has gone."""
        if not self._writing.locked():
            self.close_stdin()
        for transport in self._transports:
            transport.close()


async def reader_of(descriptor: int) -> Output:
    """A reader of a pipe or of a terminal, which it owns. Not reading holds the writers back."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    return reader, transport


async def pieces(reader: asyncio.StreamReader, size: int) -> bytes:
    """The next bytes; none at the end, which a terminal tells by EIO."""
    try:
        return await reader.read(size)
    except OSError:
        return b""


async def _writable(descriptor: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_writer(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(descriptor)
