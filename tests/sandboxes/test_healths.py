"""Asking vendors how they are: once for many, and nobody waits for one that hangs."""

import asyncio
from pathlib import Path

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.healths import ProviderHealths
from aura_gql.sandboxes.providers.remote.errors import VendorDown
from tests.support.vendors.remote import paper_world
from tests.support.waiting import until

E2B = SandboxProviderName.E2B


async def test_those_who_ask_together_or_soon_after_share_an_answer(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        healths = ProviderHealths({E2B: world.provider}, fresh_s=3600.0)
        first = await asyncio.gather(*(healths.of(E2B) for _ in range(5)))
        world.moods.before["ping"].extend([VendorDown("It is away.")] * 9)
        again = await healths.of(E2B)

    assert {health.available for health in [*first, again]} == {True}
    assert world.vendor.asked == ["ping"]


async def test_what_is_old_is_asked_again(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        healths = ProviderHealths({E2B: world.provider}, fresh_s=0.0)
        assert (await healths.of(E2B)).available
        world.moods.before["ping"].extend([VendorDown("It is away.")] * 9)
        later = await healths.of(E2B)

    assert (later.available, later.detail) == (False, "It is away.")


async def test_nobody_waits_for_one_that_hangs(tmp_path: Path) -> None:
    answers = asyncio.Event()

    async def hang() -> None:
        await answers.wait()

    async with paper_world(tmp_path) as world:
        world.moods.steps["ping:before"] = hang
        healths = ProviderHealths({E2B: world.provider}, fresh_s=3600.0, patience_s=0.01)
        unheard = await healths.of(E2B)
        answers.set()

        async def is_known() -> bool:
            return (await healths.of(E2B)).available

        await until(is_known)
        await healths.close()

    assert (unheard.available, "not answered" in unheard.detail) == (False, True)
    assert world.vendor.asked == ["ping"]
