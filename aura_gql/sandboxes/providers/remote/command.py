"""What processes and terminals of a vendor's machine have in common: a call that lasts as long as the command."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from typing import Self

from aura_gql.kernel.background import to_its_end
from aura_gql.kernel.errors import DomainError, ProviderUnavailable
from aura_gql.sandboxes.checks import require_signal
from aura_gql.sandboxes.providers.remote.channel import Channel
from aura_gql.sandboxes.providers.remote.wire.errors import PeerGone, StreamAborted, WireViolation
from aura_gql.sandboxes.providers.remote.wire.figures import read_status
from aura_gql.sandboxes.providers.remote.wire.peer import Peer
from aura_gql.sandboxes.providers.remote.wire.pieces import PieceReader
from aura_gql.sandboxes.providers.remote.wire.streams import Stream
from aura_gql.sandboxes.providers.remote.wire.values import JSON, Answer
from aura_gql.sandboxes.values import EndReason, ExitStatus, OutputPiece

# Twice, for the agent and for the command, is less than the half minute in which a provider answers.
START_TIMEOUT_S = 12.0
# Beyond the grace: an agent that takes longer is none of ours, or out of reach for good.
TERMINATE_PATIENCE_S = 60.0


class RemoteCommand:
    """A command from its start to its end, over whichever links. Where its agent has gone it is LOST."""

    def __init__(self, channel: Channel, peer: Peer, call: "asyncio.Task[Answer]", stream: Stream) -> None:
        """For `begin` alone."""
        self._channel = channel
        self._peer = peer
        self._call = call
        self._stream = stream
        self._reader = PieceReader()
        self._pieces: deque[OutputPiece] = deque()
        self._writing = asyncio.Lock()
        self._is_input_closed = False
        self._ended: asyncio.Task[ExitStatus] | None = None

    @classmethod
    async def begin(cls, channel: Channel, method: str, arguments: Mapping[str, JSON]) -> Self:
        """Start one and return once it runs: one message there and one back. Errors as the port says.

        Where that fails, takes too long or is cancelled, nothing of it is left.
        """
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                peer = await channel.peer()
            stream = peer.open_stream()
        except TimeoutError:
            raise ProviderUnavailable("The sandbox does not answer.") from None
        except PeerGone:
            raise channel.lost() from None
        call = asyncio.create_task(peer.call(method, arguments, streams=[stream]), name=method)
        command = cls(channel, peer, call, stream)
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await command._run()
        except BaseException as error:
            await to_its_end(_call_off(call, stream))
            if isinstance(error, TimeoutError):
                raise ProviderUnavailable("The command did not start in time.") from None
            raise
        command._ended = asyncio.create_task(command._end(), name=f"end of a {method}")
        return command

    async def wait(self) -> ExitStatus:
        """As the port says."""
        assert self._ended is not None  # noqa: S101 - `begin` gives no other
        return await asyncio.shield(self._ended)

    async def signal(self, number: int) -> None:
        """As the port says."""
        require_signal(number)
        await self._ask("signal", {"number": number})

    async def terminate(self, grace_ms: int) -> None:
        """As the port says. With its agent a command goes too; one whose agent does not answer is given up, and ended
        by the agent that takes its place.
        """
        try:
            async with asyncio.timeout(grace_ms / 1000 + TERMINATE_PATIENCE_S):
                await self._ask("terminate", {"graceMs": grace_ms})
        except TimeoutError:
            await self._channel.drop()

    async def _write(self, data: bytes) -> None:
        async with self._writing:
            if not self._is_input_closed:
                with contextlib.suppress(StreamAborted, PeerGone):
                    await self._stream.send(data)

    async def _close_input(self) -> None:
        async with self._writing:
            self._is_input_closed = True
            self._stream.end()

    async def _ask(self, method: str, arguments: Mapping[str, JSON]) -> None:
        with contextlib.suppress(PeerGone):
            await self._peer.call(method, {"command": self._stream.number, **arguments})

    async def _next(self) -> OutputPiece | None:
        """The next piece; None at the end, whatever that is."""
        while not self._pieces:
            try:
                data = await self._stream.receive()
                self._pieces = self._reader.feed(data)
            except (StreamAborted, PeerGone, WireViolation):
                return None
            if not data:
                return None
        return self._pieces.popleft()

    async def _run(self) -> None:
        """Wait until it is said to run; where it is not, the call says why."""
        try:
            while not self._reader.has_started and (data := await self._stream.receive()):
                self._pieces = self._reader.feed(data)
            if not self._reader.has_started:
                await self._call
        except WireViolation:
            pass
        except (StreamAborted, PeerGone):
            with contextlib.suppress(PeerGone):
                await self._call
            raise self._channel.lost() from None
        if not self._reader.has_started:
            raise ProviderUnavailable("The sandbox's agent talks nonsense of a command.")

    async def _end(self) -> ExitStatus:
        try:
            status = read_status((await asyncio.shield(self._call)).result)
        except (PeerGone, WireViolation, DomainError):
            status = ExitStatus(EndReason.LOST)
        # Behind whoever writes: what is written from now on goes nowhere, and nobody waits for that.
        self._closing = asyncio.create_task(self._close_input())
        return status


async def _call_off(call: "asyncio.Task[Answer]", stream: Stream) -> None:
    call.cancel()
    await asyncio.wait({call})
    if not call.cancelled():
        call.exception()
    stream.abort()
