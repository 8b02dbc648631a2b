"""There is never a second machine of a sandbox, nor one that nobody waits for."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import Conflict, DomainError
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.adoption import AdoptionLimits, MachineMaker
from aura_gql.sandboxes.providers.remote.errors import (
    CreationUnheard,
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorRefused,
)
from aura_gql.sandboxes.providers.remote.images import MachineImages
from aura_gql.sandboxes.providers.remote.values import MachineState, MachineWish
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.vendors.paper import PaperVendor
from tests.support.vendors.remote import QUICK, PaperWorld, bare, paper_world
from tests.support.waiting import until

SPEC = SandboxSpec("one", "project")
PATIENT = replace(QUICK, adoption=AdoptionLimits(unheard_s=0.0))


async def test_two_at_once_end_with_one_machine(tmp_path: Path) -> None:
    for _ in range(10):
        async with paper_world(tmp_path) as world, paper_world(tmp_path) as other:
            made = await asyncio.gather(world.provider.create(SPEC), other.provider.create(SPEC))
            (there,) = world.vendor.all()
            assert {bare(one).machine_id for one in made} == {there.machine_id}
            await made[0].stop()


async def unheard_of(world: PaperWorld) -> None:
    """A creation that is done, whose answer is lost, with nobody to ask what became of it."""

    async def down() -> None:
        raise VendorDown("Down.")

    async def lose() -> None:
        world.moods.steps["list:before"] = down
        raise VendorDown("Lost.")

    world.moods.steps["create:after"] = lose
    with pytest.raises(VendorDown, match="Lost"):
        await world.provider.create(SPEC)
    assert await world.machines() == ["one"]
    world.moods.steps.clear()


@pytest.mark.parametrize("is_idempotent", [False, True])
async def test_what_was_made_unheard_of_is_adopted_by_the_next(tmp_path: Path, is_idempotent: bool) -> None:
    async with paper_world(tmp_path, PATIENT, is_idempotent=is_idempotent) as world:
        await unheard_of(world)
        made = await world.provider.create(SPEC)
        assert [machine.machine_id for machine in world.vendor.all()] == [bare(made).machine_id]
        assert world.vendor.asked.count("create") == 1
        assert not world.provider.is_busy


async def test_what_was_made_unheard_of_is_removed_where_nobody_comes_for_it(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        await unheard_of(world)
        await until(lambda: not world.vendor.all())


@pytest.mark.parametrize(
    "error", [VendorBusy("Later."), VendorFull("Full."), VendorKeyRefused("401"), VendorDown("Down.")]
)
async def test_what_is_there_and_can_not_be_had_is_not_nothing(tmp_path: Path, error: DomainError) -> None:
    async with paper_world(tmp_path) as world:

        async def lose() -> None:
            world.vendor._change(world.vendor.all()[0].machine_id, state=MachineState.PAUSED)
            raise VendorDown("Lost.")

        world.moods.steps["create:after"] = lose
        world.moods.before["resume"].extend([error] * 3)
        with pytest.raises(CreationUnheard):
            await world.provider.create(SPEC)
        await until(lambda: not world.vendor.all())


async def test_what_was_made_unheard_of_is_no_other_server_s(tmp_path: Path) -> None:
    async with paper_world(tmp_path, replace(PATIENT, orphan_grace_s=600.0)) as world:
        await unheard_of(world)
        assert await world.provider.remove_orphans([]) == ["one"]


async def test_a_word_of_a_machine_that_has_ended_is_no_obstacle(tmp_path: Path) -> None:
    spec = SandboxSpec("one", "project", attempt="1")
    async with paper_world(tmp_path, is_idempotent=True) as world:
        first = await world.provider.create(spec)
        await first.stop()
        second = await world.provider.create(spec)
        assert [machine.machine_id for machine in world.vendor.all()] == [bare(second).machine_id]


@pytest.mark.parametrize("error", [VendorRefused("It went as it came up."), SandboxGone("It went.")])
async def test_what_another_server_made_meanwhile_is_adopted(tmp_path: Path, error: DomainError) -> None:
    async with paper_world(tmp_path) as world, paper_world(tmp_path) as other:

        async def overtake() -> None:
            await other.provider.create(SPEC)

        world.moods.steps["create:before"] = overtake
        world.moods.before["create"].append(error)
        made = await world.provider.create(SPEC)
        assert [machine.machine_id for machine in world.vendor.all()] == [bare(made).machine_id]
        await made.stop()
        world.moods.steps.clear()
        world.moods.before["create"].append(error)
        with pytest.raises((VendorRefused, Conflict)):
            await world.provider.create(SPEC)


async def test_what_is_adopted_runs_by_the_wanted_clock(tmp_path: Path) -> None:
    vendor = PaperVendor(tmp_path)
    maker = MachineMaker(vendor, "test", MachineImages())
    early, clock = utcnow() + timedelta(hours=1), utcnow() + timedelta(hours=2)
    made = await vendor.create(MachineWish("one", "project", "test", "1", early))
    await vendor.pause(made.machine_id)
    found = await maker.make(SPEC, clock, is_first=True)
    assert (found.machine_id, found.state, found.ends_at) == (made.machine_id, MachineState.RUNNING, clock)
    running = await maker.make(SPEC, clock + timedelta(hours=1), is_first=True)
    assert (running.machine_id, running.ends_at) == (made.machine_id, clock + timedelta(hours=1))


@pytest.mark.parametrize("trouble", [None, VendorDown("Lost.")])
async def test_a_creation_cancelled_at_any_moment_leaves_nothing(tmp_path: Path, trouble: VendorDown | None) -> None:
    was_made = 0
    for turns in range(200):
        async with paper_world(tmp_path) as world:
            if trouble is not None:
                world.moods.after["create"].append(trouble)
            creating = asyncio.create_task(world.provider.create(SPEC))
            for _ in range(turns):
                await asyncio.sleep(0)
            was_made += bool(world.vendor.all())
            if not creating.cancel():
                await creating.result().stop()
                break
            with pytest.raises(asyncio.CancelledError):
                await creating
            await until(lambda: not world.provider.is_busy)
            assert await world.machines() == []
    else:
        pytest.fail("It never came to its end.")
    assert was_made > 3


async def test_a_creation_is_undone_whatever_goes_wrong_or_found_as_an_orphan(tmp_path: Path) -> None:
    async with paper_world(tmp_path, replace(QUICK, orphan_grace_s=600.0)) as world:
        world.moods.before["destroy"].extend(VendorDown("Down.") for _ in range(3))
        going = asyncio.Event()

        async def wait() -> None:
            await going.wait()

        world.moods.steps["create:after"] = wait
        creating = asyncio.create_task(world.provider.create(SPEC))
        await until(lambda: world.vendor.all())
        creating.cancel()
        going.set()
        with pytest.raises(asyncio.CancelledError):
            await creating
        await until(lambda: not world.provider.is_busy)
        assert await world.machines() == ["one"]
        assert await world.provider.remove_orphans([]) == ["one"]
        assert await world.machines() == []
