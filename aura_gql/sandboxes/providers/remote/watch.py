"""Following what code changes in the files of a vendor's machine."""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from types import TracebackType

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.machine_files.values import FileBatch
from aura_gql.sandboxes.providers.remote.exchange import ANSWER_S, Exchange
from aura_gql.sandboxes.providers.remote.wire.entries import read_event
from aura_gql.sandboxes.providers.remote.wire.records import BadRecord, Record, RecordReader


class RemoteFileWatch:
    """Satisfies the `FileWatch` port, for as long as its context lasts. A large batch is told as several, in order.

    It knows no tree of its own: reading on raises ProviderUnavailable where the agent goes while the machine lives,
    and what changes until another watch begins is not told.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._name = secrets.token_hex(8)
        self._pieces: AsyncGenerator[bytes, None] | None = None
        self._reader = RecordReader()
        self._lines: deque[Sequence[Record]] = deque()
        self._read = 0
        self._told = 0
        self._has_ended = False
        self._progress = asyncio.Event()

    async def __aenter__(self) -> "RemoteFileWatch":
        self._pieces = self._exchange.fetch("watch", {"watch": self._name}, waits=True)
        try:
            async with asyncio.timeout(ANSWER_S):
                greeting = await self._line()
        except BaseException as error:
            await self.__aexit__(None, None, None)
            if isinstance(error, TimeoutError):
                raise ProviderUnavailable("The sandbox does not answer.") from None
            raise
        if greeting is None:
            raise SandboxGone("The sandbox has ended.")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        if self._pieces is not None:
            await self._pieces.aclose()

    def __aiter__(self) -> "RemoteFileWatch":
        return self

    async def __anext__(self) -> FileBatch:
        self._told = self._read
        self._progress.set()
        records = None if self._has_ended else await self._next_line()
        if records is None:
            self._end()
            raise StopAsyncIteration
        self._read += 1
        at = utcnow()
        try:
            return [read_event(record, at) for record in records]
        except BadRecord as error:
            self._end()
            raise _nonsense(error) from error

    async def settle(self) -> None:
        """As the port says. Costs one question; where that is not answered, what was not told may come later."""
        if self._has_ended:
            return
        try:
            told = await self._exchange.ask("watch.settle", {"watch": self._name}, waits=True)
        except (SandboxGone, ProviderUnavailable):
            return
        while isinstance(told, int) and self._told < told and not self._has_ended:
            self._progress.clear()
            await self._progress.wait()

    async def _next_line(self) -> Sequence[Record] | None:
        try:
            return await self._line()
        except SandboxGone:
            return None
        except ProviderUnavailable:
            self._end()
            raise

    async def _line(self) -> Sequence[Record] | None:
        """The next line; None where there will be none."""
        while not self._lines:
            piece = await anext(self._pieces, None) if self._pieces is not None else None
            if piece is None:
                return None
            try:
                self._lines.extend(self._reader.feed(piece))
            except BadRecord as error:
                raise _nonsense(error) from error
        return self._lines.popleft()

    def _end(self) -> None:
        self._has_ended = True
        self._progress.set()


def _nonsense(error: BadRecord) -> ProviderUnavailable:
    return ProviderUnavailable(f"The sandbox's agent talks nonsense of files: {error}")
