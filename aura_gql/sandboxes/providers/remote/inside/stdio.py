"""The agent's end of the channel: its stdin and stdout, whatever they are."""

import os
import termios
from collections.abc import AsyncIterator

from aura_gql.sandboxes.providers.local.readiness import readable, writable
from aura_gql.sandboxes.providers.remote.errors import LinkBroken

READ_BYTES = 1 << 16
# Of what `termios.tcgetattr` gives: flags for input, output, control and local, and the special characters.
INPUT, OUTPUT, LOCAL, CHARACTERS = 0, 1, 3, 6


class Stdio:
    """Satisfies the `Pipe` of a session. A terminal is told to pass every byte as it is."""

    def __init__(self, stdin: int = 0, stdout: int = 1) -> None:
        """The descriptors do not block from now on."""
        self._stdin = stdin
        self._stdout = stdout
        if os.isatty(stdin):
            _pass_all(stdin)
        for descriptor in (stdin, stdout):
            os.set_blocking(descriptor, False)

    async def send(self, data: bytes) -> None:
        """As the pipe says; waits while nobody takes it."""
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._stdout, left) :]
            except BlockingIOError:
                await writable(self._stdout)
            except OSError as error:
                raise LinkBroken(str(error)) from error

    async def receive(self) -> AsyncIterator[bytes]:
        """As the pipe says."""
        while True:
            try:
                data = os.read(self._stdin, READ_BYTES)
            except BlockingIOError:
                await readable(self._stdin)
                continue
            except OSError:
                return
            if not data:
                return
            yield data


def _pass_all(terminal: int) -> None:
    settings = termios.tcgetattr(terminal)
    settings[INPUT] &= ~(termios.BRKINT | termios.ICRNL | termios.INPCK | termios.ISTRIP | termios.IXON)
    settings[OUTPUT] &= ~termios.OPOST
    settings[LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    settings[CHARACTERS][termios.VMIN], settings[CHARACTERS][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSANOW, settings)
