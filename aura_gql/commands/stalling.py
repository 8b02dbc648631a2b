"""Hanging up on clients that take nothing of what is sent to them."""

import asyncio
from collections.abc import Callable


class StallClock:
    """Runs while a connection's output waits for its client, and gives up when too little of it goes out for too long.

    A slow client makes some progress, so it is waited for; one that stopped reading, or is gone without a word, is not.
    """

    def __init__(
        self, transport: asyncio.Transport, patience_s: float, give_up: Callable[[], None], least_bytes: float = 1
    ) -> None:
        """`give_up` is called once the output has not shrunk by `least_bytes` in `patience_s`."""
        self._transport = transport
        self._patience_s = patience_s
        self._give_up = give_up
        self._least_bytes = least_bytes
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Output waits from now on. Does nothing where that is known, or not so."""
        if self._timer is None and (waiting := self._transport.get_write_buffer_size()):
            self._waiting = waiting
            self._timer = asyncio.get_running_loop().call_later(self._patience_s, self._look)

    def stop(self) -> None:
        """The output has gone, or the connection has. Safe to repeat."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._waiting - self._transport.get_write_buffer_size() < self._least_bytes:
            self._give_up()
        else:
            self.start()
