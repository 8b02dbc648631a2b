"""Bytes that move."""

import asyncio
import socket

import pytest

from aura_gql.sandboxes.providers.local.egress.refusal import Refusal
from aura_gql.sandboxes.providers.local.egress.stream import Stream
from aura_gql.sandboxes.providers.local.egress.traffic import Traffic
from aura_gql.sandboxes.providers.local.egress.usage import EgressUsage


async def test_counts_and_passes_the_end_on() -> None:
    source, inlet = socket.socketpair()
    outlet, sink = socket.socketpair()
    with source, sink:
        first, second = await Stream.of(inlet), await Stream.of(outlet)
        usage = EgressUsage(101)
        traffic = Traffic(usage, 10)
        source.sendall(b"x" * 100)
        source.shutdown(socket.SHUT_WR)
        async with traffic.watched():
            await traffic.send(b"more", second.writer)
            await traffic.receive(b"y", second.writer)
            await traffic.receive_all(first.reader, second.writer)
            with pytest.raises(Refusal):
                await traffic.receive(b"y", second.writer)
        assert sink.recv(1000) == b"morey" + b"x" * 100
        assert (traffic.sent, traffic.received, usage.sent, usage.received) == (4, 101, 4, 101)
        for stream in (first, second):
            await stream.finish()


async def test_silence_ends_the_block() -> None:
    traffic = Traffic(EgressUsage(1), 0.01)
    with pytest.raises(TimeoutError):
        async with traffic.watched():
            await asyncio.Event().wait()
