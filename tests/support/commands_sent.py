"""What an operation asks of MongoDB, heard where the client sends it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

Sent = Counter[tuple[str, str]]
"""How often each command was sent to each collection."""


class CommandsSent(CommandListener):
    """Counts what is sent on behalf of a block of code, and nothing that goes on beside it."""

    def __init__(self) -> None:
        self._counter: ContextVar[Sent | None] = ContextVar("counter", default=None)

    @contextmanager
    def counting(self) -> Iterator[Sent]:
        """The count of what this task, and those that it begins, send within the block."""
        sent: Sent = Counter()
        token = self._counter.set(sent)
        try:
            yield sent
        finally:
            self._counter.reset(token)

    def started(self, event: CommandStartedEvent) -> None:
        sent = self._counter.get()
        if sent is not None:
            name = str(event.command_name)
            sent[name, str(event.command.get("collection" if name == "getMore" else name))] += 1

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass
