"""What a sandbox says of itself, and that nothing of it is left here when it is stopped."""

import asyncio

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.wire.values import JSON, Answer
from aura_gql.sandboxes.values import Command
from tests.support.local_sandbox import open_channels
from tests.support.processes import run
from tests.support.vendors.remote import TryoutWorld

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_nothing_is_left_of_one_that_was_stopped(tryout: TryoutWorld) -> None:
    first = await tryout.create("first")
    await run(first, "true")
    await first.stop()
    tasks, channels = len(asyncio.all_tasks()), open_channels()
    second = await tryout.create("second")
    await second.start_process(Command(["sleep", "600"]))
    assert second.provider_sandbox_id in tryout.vendor.machines
    await second.stop()
    assert await second.wait_gone()
    with pytest.raises(SandboxGone):
        await second.metrics()
    assert open_channels() <= channels
    assert len(asyncio.all_tasks()) <= tasks


@pytest.mark.parametrize("said", [None, "x", [[0]], {"processes": -1}])
async def test_nonsense_of_an_agent_is_no_figure(tryout: TryoutWorld, said: JSON) -> None:
    box = await tryout.create("nonsense")
    peer = await box._channel.peer()

    async def call(*_: object, **__: object) -> Answer:
        return Answer(said)

    peer.call = call  # type: ignore[method-assign]
    for question in (box.ports, box.metrics):
        with pytest.raises(ProviderUnavailable, match="nonsense"):
            await question()
