"""One connection of a client inside, from its request to its end."""

import asyncio
import contextlib
from dataclasses import dataclass
from http import HTTPStatus

from aura_gql.sandboxes.providers.local.egress.exchange import exchange
from aura_gql.sandboxes.providers.local.egress.gate import EgressGate
from aura_gql.sandboxes.providers.local.egress.refusal import Refusal
from aura_gql.sandboxes.providers.local.egress.request import ProxyRequest, parse_request
from aura_gql.sandboxes.providers.local.egress.stream import HEAD_END, MAX_HEAD_BYTES, Stream
from aura_gql.sandboxes.providers.local.egress.traffic import Traffic
from aura_gql.sandboxes.providers.local.egress.tunnel import tunnel
from aura_gql.sandboxes.providers.local.egress.usage import EgressUsage


@dataclass(frozen=True, slots=True)
class EgressTimes:
    """Seconds: `head_s` that the head of a request, and the first words in a tunnel, may take; `idle_s` in which
    nothing need go either way.
    """

    head_s: float = 10.0
    idle_s: float = 120.0


class Errand:
    """One request or one tunnel. `request`, `refusal` and `traffic` tell afterwards what became of it."""

    def __init__(self, gate: EgressGate, usage: EgressUsage, times: EgressTimes) -> None:
        self._gate = gate
        self._usage = usage
        self._times = times
        self.traffic = Traffic(usage, times.idle_s)
        self.request: ProxyRequest | None = None
        self.refusal: Refusal | None = None

    async def run(self, client: Stream) -> None:
        """Serve the client to the end, which its connection outlives. Raises OSError where a connection breaks."""
        try:
            self.request = request = await self._read_request(client)
            self._usage.require_left()
            host = await Stream.of(await self._gate.open(request.host, request.port))
            try:
                with contextlib.suppress(TimeoutError):
                    async with self.traffic.watched():
                        await self._carry(request, client, host)
            finally:
                host.writer.transport.abort()
        except Refusal as refusal:
            self.refusal = refusal
            await client.say_farewell(refusal.response())

    async def _carry(self, request: ProxyRequest, client: Stream, host: Stream) -> None:
        if request.head is not None:
            await exchange(client, host, request.head, request.body_length, self.traffic)
            return
        try:
            await tunnel(client, host, request.host, request.port, self.traffic, self._times.head_s)
        except Refusal as refusal:  # In the middle of other words than ours there is no place for it.
            self.refusal = refusal

    async def _read_request(self, client: Stream) -> ProxyRequest:
        try:
            async with asyncio.timeout(self._times.head_s):
                return parse_request(await client.reader.readuntil(HEAD_END))
        except TimeoutError:
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "The head of the request did not come in time.") from None
        except asyncio.LimitOverrunError:
            words = f"The head of a request has at most {MAX_HEAD_BYTES} bytes."
            raise Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, words) from None
        except asyncio.IncompleteReadError:
            raise ConnectionResetError from None
