"""A command whose connection, agent or machine goes."""

import asyncio

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.errors import CommandNotFound
from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox
from aura_gql.sandboxes.values import Command, EndReason
from tests.support.processes import finished

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_is_lost_with_its_agent_and_nobody_waits_for_ever(box: RemoteSandbox) -> None:
    process = await box.start_process(Command(["sleep", "600"]))
    writing = asyncio.create_task(process.write_stdin(bytes(2_000_000)))
    waiting = [asyncio.create_task(process.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    await box._channel.drop()
    for each in waiting:
        assert (await each).reason is EndReason.LOST
    await writing
    await process.write_stdin(b"dropped")
    await process.close_stdin()
    await process.terminate(grace_ms=0)
    assert [piece async for piece in process.output()] == []


async def test_a_start_whose_answer_is_lost_is_told_as_such(box: RemoteSandbox) -> None:
    await box._channel.peer()
    starting = asyncio.create_task(box.start_process(Command(["sleep", "600"])))
    await asyncio.sleep(0)
    await box._channel.drop()
    with pytest.raises(ProviderUnavailable, match="may have been done"):
        await starting


async def test_many_at_once_keep_their_own(box: RemoteSandbox) -> None:
    processes = await asyncio.gather(*(box.start_process(Command(["echo", str(number)])) for number in range(20)))
    outcomes = await asyncio.gather(*map(finished, processes))
    assert [outcome.text for outcome in outcomes] == [str(number) for number in range(20)]
    with pytest.raises(CommandNotFound):
        await box.start_process(Command(["no-such-program"]))
    assert not processes[0]._peer._streams
