"""What Ctrl-C and SIGTERM do to a running command."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_INTERRUPTED = 130


class Stopping:
    """The signals that end a command. Until someone else takes them, the first cancels the command's task."""

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self._action: Callable[[], object] = task.cancel
        self.received: signal.Signals | None = None

    def instead(self, action: Callable[[], object]) -> None:
        """Call `action` at each further signal, on the event loop."""
        self._action = action

    def listen(self) -> None:
        """Take the process's signals over; a signal is remembered, then acted upon."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._receive, number)

    def _receive(self, number: signal.Signals) -> None:
        self.received = number
        self._action()


def run_until_stopped(command: Callable[[Stopping], Coroutine[Any, Any, None]]) -> int:
    """Run `command` on uvloop; its exit code: 130 after Ctrl-C, 0 after SIGTERM or when it ends by itself."""

    async def main() -> int:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("There is no task to stop.")
        stopping = Stopping(task)
        stopping.listen()
        try:
            await command(stopping)
        except asyncio.CancelledError:
            if stopping.received is None:
                raise
        return _INTERRUPTED if stopping.received is signal.SIGINT else 0

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())
