"""Asking the agent in a machine: with an answer in time, with bytes that go there or come from there."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator, Mapping
from typing import Protocol, TypeVar

from aura_gql.kernel.errors import DomainError, ProviderUnavailable
from aura_gql.sandboxes.providers.remote.wire.errors import PeerGone, StreamAborted
from aura_gql.sandboxes.providers.remote.wire.peer import Peer
from aura_gql.sandboxes.providers.remote.wire.streams import Stream
from aura_gql.sandboxes.providers.remote.wire.values import JSON, Answer

# With the ten that it takes to call something off, these are the thirty within which a provider answers.
ANSWER_S = 20.0

ResultT = TypeVar("ResultT")


class Channel(Protocol):
    """The way to the agent in one machine."""

    async def peer(self) -> Peer:
        """The agent, started if need be. ProviderUnavailable, SandboxGone."""
        ...

    def lost(self) -> DomainError:
        """What to raise where the agent went while it was asked: SandboxGone or ProviderUnavailable."""
        ...


class Exchange:
    """The calls of one machine. All raise what the agent answers with, SandboxGone, and ProviderUnavailable where the
    agent goes meanwhile or for 20 seconds neither takes, gives nor says anything. Cancelled, they end what they began.
    """

    def __init__(self, channel: Channel, *, answer_s: float = ANSWER_S) -> None:
        self._channel = channel
        self._answer_s = answer_s

    async def ask(self, method: str, arguments: Mapping[str, JSON], *, waits: bool = False) -> JSON:
        """A question with a short answer. With `waits` it may take as long as it takes."""
        with self._translated():
            peer = await self._in_time(self._channel.peer())
            return (await self._in_time(peer.call(method, arguments), waits=waits)).result

    async def send(self, method: str, arguments: Mapping[str, JSON], pieces: AsyncIterator[bytes]) -> None:
        """An order with bytes of any length, held back as the agent is slow; and what `pieces` raises."""
        async with self._streaming(method, arguments) as (stream, call):
            with contextlib.suppress(StreamAborted):
                async for piece in pieces:
                    await self._in_time(stream.send(piece))
                stream.end()
                await self._in_time(asyncio.shield(call))
                return
            await self._answer_of_aborted(call)

    async def fetch(
        self, method: str, arguments: Mapping[str, JSON], *, waits: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """A question whose answer are bytes of any length, up to 64 KiB at a time, as fast as they are read. To be
        closed where it is not read to its end. With `waits` it may take as long as it takes.
        """
        async with self._streaming(method, arguments) as (stream, call):
            with contextlib.suppress(StreamAborted):
                while piece := await self._in_time(stream.receive(), waits=waits):
                    yield piece
                await self._in_time(asyncio.shield(call))
                stream.end()
                return
            await self._answer_of_aborted(call)

    @contextlib.asynccontextmanager
    async def _streaming(
        self, method: str, arguments: Mapping[str, JSON]
    ) -> AsyncIterator[tuple[Stream, asyncio.Task[Answer]]]:
        with self._translated():
            peer = await self._in_time(self._channel.peer())
            stream = peer.open_stream()
            call = asyncio.create_task(peer.call(method, arguments, streams=[stream]))
            try:
                yield stream, call
            finally:
                await _called_off(call)
                stream.abort()

    async def _answer_of_aborted(self, call: asyncio.Task[Answer]) -> None:
        """Why the agent gave a stream up."""
        await self._in_time(asyncio.shield(call))
        raise ProviderUnavailable("The sandbox's agent stopped in the middle of files.")

    async def _in_time(self, awaitable: Awaitable[ResultT], *, waits: bool = False) -> ResultT:
        try:
            async with asyncio.timeout(None if waits else self._answer_s):
                return await awaitable
        except TimeoutError:
            raise ProviderUnavailable("The sandbox does not answer.") from None

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PeerGone:
            raise self._channel.lost() from None


async def _called_off(call: "asyncio.Task[Answer]") -> None:
    """End a call that may still be under way, here and there."""
    if not call.done():
        call.cancel()
        await asyncio.wait({call})
    if not call.cancelled():
        call.exception()
