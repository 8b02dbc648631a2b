"""A machine at a vendor, through its life."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import ProviderUnavailable, Unsupported
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.errors import AgentGone, VendorDown, VendorRefused
from aura_gql.sandboxes.providers.remote.machine import GRACE, RemoteMachine
from aura_gql.sandboxes.providers.remote.values import MachineState
from aura_gql.sandboxes.providers.remote.watching import WatchLimits
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.vendors.remote import QUICK, PaperWorld, bare, paper_world
from tests.support.waiting import until

SELDOM = replace(QUICK, watch=WatchLimits(600.0, 600.0, 0.0))


async def started(world: PaperWorld) -> RemoteMachine:
    return bare(await world.provider.create(SandboxSpec("one", "project", lives_until=utcnow() + timedelta(hours=1))))


async def test_one_that_its_vendor_ends_is_gone_with_a_reason(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        machine = await started(world)
        waiting = [asyncio.create_task(machine.wait_gone()) for _ in range(2)]
        world.vendor.end("one")
        assert set(await asyncio.gather(*waiting)) == {"PAPER ended it, or does not know it any more."}
        for call in (machine.relink("token"), machine.upload("/x", b""), machine.extend(utcnow()), machine.pause()):
            with pytest.raises(SandboxGone):
                await call
        await machine.stop()
        assert bare(await world.provider.create(SandboxSpec("one", "project"))) is not machine


async def test_one_that_its_vendor_keeps_but_can_not_run_again_is_gone(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        machine = await started(world)
        world.vendor.end("one", MachineState.ENDED)
        assert await machine.wait_gone() == "PAPER ended it, or does not know it any more."
        await machine.stop()
        assert world.vendor.all() == []


async def test_one_whose_time_was_up_says_so(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        spec = SandboxSpec("one", "project", lives_until=utcnow() - GRACE)
        machine = await world.provider.create(spec)
        world.vendor.end("one")
        assert await machine.wait_gone() == "Its time at PAPER was up."


async def test_a_vendor_that_is_down_has_ended_nothing(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        machine = await started(world)
        world.moods.before["get"].extend(VendorDown("Down.") for _ in range(20))
        await until(lambda: not world.moods.before["get"])
        assert machine.is_running


async def test_what_is_said_to_be_gone_in_passing_is_looked_at(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        machine = await started(world)
        world.moods.before["relink"].append(SandboxGone("There is none."))
        with pytest.raises(VendorDown, match="does not reach"):
            await machine.relink("token")
        with pytest.raises(AgentGone):
            await machine.relink("token")
        assert machine.is_running


async def test_counts_as_paused_from_the_first_moment_until_it_goes_on(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        machine = await started(world)
        paused: list[bool] = []

        async def note() -> None:
            paused.append(machine.is_paused)

        for place in ("pause:before", "pause:after", "resume:before", "resume:after"):
            world.moods.steps[place] = note
        await asyncio.gather(machine.pause(), machine.pause())
        waiting = asyncio.create_task(machine.awake())
        assert machine.is_paused
        await machine.extend(utcnow() + timedelta(hours=3))
        await asyncio.gather(machine.resume(), machine.resume())
        await waiting
        assert paused == [True] * 4
        (there,) = world.vendor.all()
        assert there.ends_at is not None
        assert there.ends_at > utcnow() + timedelta(hours=3)
        assert (world.vendor.asked.count("pause"), world.vendor.asked.count("resume")) == (1, 1)


async def test_a_pause_that_is_refused_is_none(tmp_path: Path) -> None:
    async with paper_world(tmp_path, SELDOM) as world:
        machine = await started(world)
        world.moods.before["pause"].append(VendorRefused("Not this one."))
        with pytest.raises(VendorRefused):
            await machine.pause()
        assert not machine.is_paused


async def test_a_pause_that_may_have_happened_is_looked_at(tmp_path: Path) -> None:
    async with paper_world(tmp_path, SELDOM) as world:
        machine = await started(world)
        world.moods.after["pause"].extend(VendorDown("Lost.") for _ in range(3))
        with pytest.raises(VendorDown):
            await machine.pause()
        await until(lambda: machine.is_paused)
        resuming = asyncio.create_task(machine.resume())
        await asyncio.sleep(0)
        resuming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await resuming
        assert not machine.is_paused


async def test_a_clock_is_moved_on_and_never_back(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        machine = await started(world)
        (before,) = world.vendor.all()
        await machine.extend(utcnow())
        assert world.vendor.asked.count("extend") == 0
        until_then = utcnow() + timedelta(hours=2)
        for _ in range(2):
            await machine.extend(until_then)
        assert world.vendor.asked.count("extend") == 1
        (there,) = world.vendor.all()
        assert before.ends_at is not None
        assert there.ends_at == until_then + GRACE > before.ends_at


async def test_of_two_extensions_at_once_the_shorter_one_is_not_asked_for(tmp_path: Path) -> None:
    async with paper_world(tmp_path, SELDOM) as world:
        machine = await started(world)
        shorter, longer = utcnow() + timedelta(hours=2), utcnow() + timedelta(hours=3)
        await asyncio.gather(machine.extend(longer), machine.extend(shorter))
        await asyncio.gather(machine.extend(shorter), machine.extend(longer))
        (there,) = world.vendor.all()
        assert there.ends_at == longer + GRACE
        assert world.vendor.asked.count("extend") == 1


async def test_a_vendor_that_gives_less_time_is_told_in_words(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        machine = await started(world)
        world.vendor.longest = timedelta(hours=2)
        for _ in range(3):
            with pytest.raises(Unsupported, match=r"PAPER lets this machine run until .* UTC and no longer\."):
                await machine.extend(utcnow() + timedelta(hours=5))
        assert world.vendor.asked.count("extend") == 1
        assert machine.is_running


async def test_a_stop_that_fails_says_so_and_can_be_tried_again(tmp_path: Path) -> None:
    async with paper_world(tmp_path) as world:
        machine = await started(world)
        world.moods.before["destroy"].extend(VendorDown("Down.") for _ in range(3))
        for answer in await asyncio.gather(machine.stop(), machine.stop(), return_exceptions=True):
            assert isinstance(answer, ProviderUnavailable)
            assert "may be left at PAPER" in answer.message
        assert not machine.is_running
        await machine.stop()
        assert await world.machines() == []
        assert await machine.wait_gone() == "It was stopped."
