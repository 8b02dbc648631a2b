"""Machines at a vendor are made, found again and removed as the port promises."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from aura_gql.kernel.errors import Conflict, InvalidInput, ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.errors import (
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorTimedOut,
)
from aura_gql.sandboxes.values import CircuitState, SandboxSpec
from tests.support.vendors.paper import PaperVendor
from tests.support.vendors.remote import QUICK, bare, paper_world
from tests.support.waiting import until

SPEC = SandboxSpec("one", "project")


async def test_the_same_id_gives_the_same_machine_until_it_is_stopped(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        first = await world.provider.create(SPEC)
        assert await world.provider.create(SPEC) is first
        assert await world.provider.connect("one") is first
        await asyncio.gather(first.stop(), first.stop())
        assert await first.wait_gone() == "It was stopped."
        with pytest.raises(SandboxGone):
            await world.provider.connect("one")
        second = await world.provider.create(SPEC)
        assert bare(second).machine_id != bare(first).machine_id
        await first.stop()
        assert await world.machines() == ["one"]


async def test_refuses_odd_ids(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        for odd in ("", "a/b", "x" * 65):
            with pytest.raises(InvalidInput):
                await world.provider.create(SandboxSpec(odd, "project"))
    assert world.vendor.asked == []


async def test_what_another_process_made_is_found(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world, paper_world(tmp_path) as other:
        made = await world.provider.create(SPEC)
        found, again = await asyncio.gather(other.provider.connect("one"), other.provider.connect("one"))
        assert found is again
        assert bare(found).machine_id == bare(made).machine_id
        assert [machine.sandbox_id for machine in await other.provider.list()] == ["one"]
        with pytest.raises(SandboxGone):
            await other.provider.connect("two")
        await found.stop()
        await until(lambda: not bare(made).is_running)


async def test_a_list_that_is_behind_makes_nobody_lost(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        made = bare(await world.provider.create(SPEC))
        world.vendor.is_behind = True
        (listed,) = await world.provider.list()
        assert listed.provider_sandbox_id == made.machine_id
        world.vendor.end("one")
        await made.wait_gone()
        assert await world.provider.list() == []


async def test_environments_of_one_account_never_touch_each_other(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world, paper_world(tmp_path, environment="other") as other:
        made = [await one.provider.create(SPEC) for one in (world, other)]
        assert bare(made[0]).machine_id != bare(made[1]).machine_id
        assert await world.provider.remove_orphans([]) == ["one"]
        assert await world.provider.list() == []
        assert await other.machines("other") == ["one"]
        with pytest.raises(SandboxGone):
            await world.provider.connect("one")
        assert await other.provider.remove_orphans(["one"]) == []


@pytest.mark.parametrize("is_idempotent", [False, True])
async def test_a_lost_answer_is_adopted(tmp_path: Path, is_idempotent: bool) -> None:
    async with paper_world(tmp_path, is_idempotent=is_idempotent) as world:
        world.moods.after["create"].append(VendorTimedOut("Late."))
        made = await world.provider.create(SandboxSpec("one", "project", attempt="1"))
        assert [machine.machine_id for machine in world.vendor.all()] == [bare(made).machine_id]
        assert world.vendor.asked.count("create") == 1


async def test_an_idempotent_vendor_is_asked_for_nothing_else(tmp_path: Path) -> None:
    spec = SandboxSpec("one", "project", attempt="1")
    async with paper_world(tmp_path, is_idempotent=True) as world, paper_world(tmp_path, is_idempotent=True) as other:
        made = await asyncio.gather(world.provider.create(spec), other.provider.create(spec))
        assert "list" not in {*world.vendor.asked, *other.vendor.asked}
        assert bare(made[0]).machine_id == bare(made[1]).machine_id


async def test_nothing_is_left_of_a_creation_that_fails(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        for error in (VendorFull("Full."), VendorBusy("Busy."), VendorKeyRefused("401")):
            world.moods.before["create"].append(error)
            with pytest.raises(type(error)):
                await world.provider.create(SPEC)
            assert await world.machines() == []
        assert world.vendor.asked.count("create") == 3
        await world.provider.create(SPEC)


async def test_conflict_while_it_starts_or_stops(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        going = asyncio.Event()

        async def wait() -> None:
            await going.wait()

        world.moods.steps["create:before"] = world.moods.steps["destroy:before"] = wait
        creating = asyncio.create_task(world.provider.create(SPEC))
        await until(lambda: "create" in world.vendor.asked)
        with pytest.raises(Conflict):
            await world.provider.create(SPEC)
        going.set()
        made = await creating
        going.clear()
        stopping = asyncio.create_task(made.stop())
        await until(lambda: "destroy" in world.vendor.asked)
        with pytest.raises(Conflict):
            await world.provider.create(SPEC)
        stopping.cancel()
        going.set()
        await until(lambda: not world.vendor.all())
        await until(lambda: not bare(made).is_running)
        await world.provider.create(SPEC)


async def test_health_and_breaker_in_words(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        healthy = await world.provider.health()
        assert healthy.available
        assert healthy.circuit == world.provider.circuit
        world.moods.before["ping"].append(VendorKeyRefused("401 bad key"))
        refused = await world.provider.health()
        assert not refused.available
        assert "key" not in refused.detail
        world.moods.before["create"].append(VendorBusy("Slow down.", 60.0))
        with pytest.raises(VendorBusy):
            await world.provider.create(SPEC)
        left_alone = await world.provider.health()
        assert left_alone.circuit is not None
        assert left_alone.circuit.state is CircuitState.OPEN
        assert "Slow down." in left_alone.detail


async def test_a_creation_ends_in_time_and_is_undone_behind_it(tmp_path: Path) -> None:
    async with paper_world(tmp_path, replace(QUICK, create_s=0.05)) as world:
        going = asyncio.Event()

        async def wait() -> None:
            await going.wait()

        world.moods.steps["create:after"] = wait
        with pytest.raises(ProviderUnavailable):
            await world.provider.create(SPEC)
        assert await world.machines() == ["one"]
        going.set()
        await until(lambda: not world.vendor.all())


async def test_closing_leaves_machines_to_the_next_process(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        await world.provider.create(SPEC)
    assert [machine.sandbox_id for machine in PaperVendor(tmp_path).all()] == ["one"]


async def test_what_could_not_be_removed_keeps_nobody_and_is_tried_again(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        made = [await world.provider.create(SandboxSpec(name, "project")) for name in ("one", "two", "three")]
        # Two are stopped at once, each asked for three times at most: one of them can't be.
        world.moods.before["destroy"].extend(VendorDown("Down.") for _ in range(5))
        (removed,) = await world.provider.remove_orphans(["three"])
        (left,) = {"one", "two"} - {removed}
        assert await world.machines() == sorted([left, "three"])
        assert await world.provider.remove_orphans([left, "three"]) == [left]
        assert await world.machines() == ["three"]
        assert [bare(one).is_running for one in made] == [False, False, True]


async def test_the_end_does_not_wait_for_what_may_yet_come_up(tmp_path: Path) -> None:
    slow = replace(QUICK, adoption=replace(QUICK.adoption, latecomer_pauses_s=(600.0,)))
    async with paper_world(tmp_path, slow) as world:
        is_asked, may_go_on = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            is_asked.set()
            await may_go_on.wait()

        world.moods.steps["create:before"] = wait
        world.moods.before["create"].append(VendorDown("Down."))
        creating = asyncio.create_task(world.provider.create(SPEC))
        await is_asked.wait()
        creating.cancel()
        with pytest.raises(asyncio.CancelledError):
            await creating
        closing = asyncio.create_task(world.provider.close())
        await asyncio.sleep(0)
        may_go_on.set()
        async with asyncio.timeout(20):
            await closing
