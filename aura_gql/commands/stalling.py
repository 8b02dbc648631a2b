"""Hanging up on clients that take nothing of what is sent to them."""

import asyncio
from collections.abc import Callable


class StallClock:
    """Runs while a connection's output waits for its client, and gives up when nothing of it goes out for too long.

    A slow client makes some progress, so it is waited for; one that stopped reading, or is gone without a word, is not.
    """

    def __init__(self, transport: asyncio.Transport, patience_s: float, give_up: Callable[[], None]) -> None:
        """`give_up` is called once the output has not shrunk for `patience_s`."""
        self._transport = transport
        self._patience_s = patience_s
        self._give_up = give_up
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """The output has become more than its buffer should hold."""
        self._waiting = self._transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(self._patience_s, self._look)

    def stop(self) -> None:
        """The output has gone, or the connection has. Safe to repeat."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        if self._transport.get_write_buffer_size() < self._waiting:
            self.start()
            return
        self._timer = None
        self._give_up()
