"""One agent for all who ask, begun before anybody does, and begun again where it died."""

import asyncio

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.bundle import Bundle, agent_bundle
from aura_gql.sandboxes.providers.remote.channel import Channel
from aura_gql.sandboxes.providers.remote.launching import Launcher
from tests.support.vendors.remote import TryoutWorld
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_all_share_one_start(tryout: TryoutWorld) -> None:
    box = await tryout.create("shared")
    (machine,) = [each for each in tryout.vendor.machines.values() if each.wish.sandbox_id == "shared"]
    await until(lambda: machine.uploads)  # without anybody having asked
    peers = await asyncio.gather(*(box._channel.peer() for _ in range(5)))
    assert len(set(map(id, peers))) == 1
    await box._channel.drop()
    assert isinstance(box._channel.lost(), ProviderUnavailable)
    again = await asyncio.gather(*(box._channel.peer() for _ in range(5)))
    assert len(set(map(id, again))) == 1
    assert again[0] is not peers[0]
    await box.stop()
    assert isinstance(box._channel.lost(), SandboxGone)
    with pytest.raises(SandboxGone):
        await box._channel.peer()


async def test_a_start_that_failed_shows_where_it_is_used_and_is_tried_again(tryout: TryoutWorld) -> None:
    box = await tryout.create("again")
    bundles = [Bundle(b"broken", "broken")]
    channel = Channel(box._machine, Launcher(box._machine, lambda: bundles[0]))
    with pytest.raises(ProviderUnavailable, match="did not start"):
        await channel.peer()
    bundles[0] = agent_bundle()
    assert not (await channel.peer()).gone
    await channel.close()
    await channel.close()
    await box.stop()
