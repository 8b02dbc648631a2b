"""Ending this process at a step that was chosen before."""

import json
import os
import signal
from collections.abc import Awaitable, Callable

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

_WRITES = frozenset({"insert", "update", "findAndModify", "delete"})


class Fuse(CommandListener):
    """Counts steps once it is `lit`, and kills this process at one of them: before and behind each write of the
    database, and wherever `step` is called. What the process tells goes to its standard output, a line of JSON each.
    """

    def __init__(self, steps: int) -> None:
        self.is_lit = False
        self._left = steps

    def step(self, name: str) -> None:
        """One more; it may be the last."""
        if not self.is_lit:
            return
        self._left -= 1
        if self._left == 0:
            tell({"killed": name})
            os.kill(os.getpid(), signal.SIGKILL)

    def stepping(self, name: str) -> Callable[[], Awaitable[None]]:
        """The same, to be awaited."""

        async def step() -> None:
            self.step(name)

        return step

    def started(self, event: CommandStartedEvent) -> None:
        """A command is about to be sent."""
        if event.command_name in _WRITES:
            self.step(f"before {event.command_name} {event.command[event.command_name]}")

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """It has been answered."""
        if event.command_name in _WRITES:
            self.step(f"behind {event.command_name}")

    def failed(self, event: CommandFailedEvent) -> None:
        """It has been refused."""


def tell(what: dict[str, object]) -> None:
    """A line for the test."""
    os.write(1, json.dumps(what).encode() + b"\n")
