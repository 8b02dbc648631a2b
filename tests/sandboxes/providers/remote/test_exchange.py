"""Asking an agent that is slow, gone or cut short."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.remote.exchange import Exchange
from aura_gql.sandboxes.providers.remote.wire.peer import Call
from aura_gql.sandboxes.providers.remote.wire.values import Answer
from tests.support.remote_files import remote_folder
from tests.support.tars import in_pieces
from tests.support.waiting import until

PIECE = bytes(60_000)


class Agent:
    """An agent that never says anything, and one that says much."""

    def __init__(self) -> None:
        self.asked = 0
        self.cancelled = 0
        self.sent = 0

    async def wait(self, _: Call) -> Answer:
        self.asked += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Answer()

    async def fill(self, call: Call) -> Answer:
        for _ in range(100):
            await call.streams[0].send(PIECE)
            self.sent += len(PIECE)
        call.streams[0].end()
        return Answer()


async def test_who_does_not_answer_is_unavailable_and_called_off(tmp_path: Path) -> None:
    agent = Agent()
    async with remote_folder(tmp_path, handlers={"wait": agent.wait}) as remote:
        impatient = Exchange(remote.channel, answer_s=0.05)
        with pytest.raises(ProviderUnavailable):
            await impatient.ask("wait", {})
        with pytest.raises(ProviderUnavailable):
            await impatient.send("wait", {}, in_pieces(bytes(1_000_000), 60_000))
        with pytest.raises(ProviderUnavailable):
            _ = [piece async for piece in impatient.fetch("wait", {})]
        await until(lambda: agent.cancelled == 3)


async def test_who_is_not_read_is_held_back(tmp_path: Path) -> None:
    agent = Agent()
    async with (
        remote_folder(tmp_path, handlers={"fill": agent.fill, "wait": agent.wait}) as remote,
        aclosing(remote.exchange.fetch("fill", {})) as pieces,
    ):
        assert await anext(pieces)
        with pytest.raises(ProviderUnavailable):
            # Answered although the other is held back: the agent does not know this one.
            await remote.exchange.ask("unknown", {})
        assert agent.sent <= 400_000
        assert sum([len(piece) async for piece in pieces]) > 5_900_000


async def test_who_goes_meanwhile_is_unavailable(tmp_path: Path) -> None:
    agent = Agent()
    async with remote_folder(tmp_path, handlers={"wait": agent.wait}) as remote:
        asking = [
            asyncio.create_task(remote.exchange.ask("wait", {}, waits=True)),
            asyncio.create_task(remote.exchange.send("wait", {}, in_pieces(bytes(1_000_000), 60_000))),
            asyncio.create_task(anext(remote.exchange.fetch("wait", {}, waits=True))),
        ]
        await until(lambda: agent.asked == 3)
        remote.near.close()
        results = await asyncio.gather(*asking, return_exceptions=True)
        assert [type(result) for result in results] == [ProviderUnavailable] * 3
        with pytest.raises(ProviderUnavailable):
            await remote.exchange.ask("wait", {})
