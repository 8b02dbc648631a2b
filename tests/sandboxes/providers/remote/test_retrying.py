"""What is asked again, how often, and what is counted of it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.providers.remote.breaker import Breaker
from aura_gql.sandboxes.providers.remote.errors import (
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorLeftAlone,
    VendorRefused,
    VendorTimedOut,
)
from aura_gql.sandboxes.providers.remote.retrying import Patience, SteadyVendor
from aura_gql.sandboxes.providers.remote.values import MachineWish
from aura_gql.sandboxes.tally import VendorTally
from tests.support.vendors.paper import PaperVendor

QUICK = Patience(attempts=3, first_pause_s=0.0, total_s=5.0)


class World:
    """A vendor on paper with one machine, and the same one steadied."""

    def __init__(self, folder: Path, patience: Patience = QUICK) -> None:
        self.paper = PaperVendor(folder)
        self.moods = self.paper.moods
        self.tally = VendorTally()
        self.breaker = Breaker("PAPER", self.tally)
        self.vendor = SteadyVendor(self.paper, self.breaker, self.tally, patience)

    def fail(self, operation: str, *errors: Exception) -> None:
        self.moods.before[operation].extend(errors)

    def outcomes(self, operation: str) -> dict[str, int]:
        return {outcome: count for (asked, outcome), count in self.tally.calls.items() if asked == operation}


def wish(sandbox_id: str = "one") -> MachineWish:
    return MachineWish(sandbox_id, "project", "test", "a", utcnow() + timedelta(hours=1))


async def call(vendor: SteadyVendor, operation: str, machine_id: str) -> object:
    later = utcnow() + timedelta(hours=2)
    arguments: dict[str, tuple[object, ...]] = {
        "create": (wish("two"),),
        "list": ("test",),
        "ping": (),
        "extend": (machine_id, later),
        "resume": (machine_id, later),
        "upload": (machine_id, "/x", b"x"),
        "signed_url": (machine_id, 80, 60),
    }
    return await getattr(vendor, operation)(*arguments.get(operation, (machine_id,)))


SAFE = ["get", "list", "destroy", "extend", "pause", "resume", "upload", "signed_url", "ping"]


@pytest.mark.parametrize("operation", SAFE)
async def test_what_is_safe_is_asked_again(tmp_path: Path, operation: str) -> None:
    world = World(tmp_path)
    machine = await world.vendor.create(wish())
    world.fail(operation, VendorDown("Down."), VendorBusy("Busy.", 0.0))
    await call(world.vendor, operation, machine.machine_id)
    assert world.outcomes(operation) == {"UNAVAILABLE": 1, "BUSY": 1, "OK": 1}
    assert world.tally.retries == {operation: 2}
    world.fail(operation, *(VendorTimedOut("Late.") for _ in range(4)))
    with pytest.raises(VendorTimedOut):
        await call(world.vendor, operation, machine.machine_id)
    assert world.outcomes(operation)["TIMEOUT"] == QUICK.attempts


async def test_what_may_have_happened_is_not_asked_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.moods.after["create"].append(VendorDown("Lost."))
    with pytest.raises(VendorDown):
        await world.vendor.create(wish())
    (machine,) = await world.vendor.list("test")
    world.fail("launch", VendorDown("Lost."))
    with pytest.raises(VendorDown):
        await world.vendor.launch(machine.machine_id, "true")
    assert world.paper.asked == ["create", "list", "launch"]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(VendorFull("f"), "FULL"), (VendorRefused("r"), "REFUSED"), (VendorKeyRefused("401"), "KEY_REFUSED")],
)
async def test_what_would_not_change_is_not_asked_again(tmp_path: Path, error: DomainError, outcome: str) -> None:
    world = World(tmp_path)
    world.fail("list", error)
    with pytest.raises(type(error)) as raised:
        await world.vendor.list("test")
    assert world.outcomes("list") == {outcome: 1}
    assert "401" not in raised.value.message
    assert world.tally.is_key_refused is isinstance(error, VendorKeyRefused)
    await world.vendor.ping()
    assert not world.tally.is_key_refused


async def test_what_a_machine_itself_takes_does_not_end_the_alarm(tmp_path: Path) -> None:
    world = World(tmp_path)
    machine = await world.vendor.create(wish())
    world.fail("list", VendorKeyRefused("401"))
    with pytest.raises(VendorKeyRefused):
        await world.vendor.list("test")
    await call(world.vendor, "upload", machine.machine_id)
    assert world.tally.is_key_refused
    await world.vendor.get(machine.machine_id)
    assert not world.tally.is_key_refused


async def test_a_vendor_that_is_down_is_not_asked_for_more_but_for_what_runs(tmp_path: Path) -> None:
    world = World(tmp_path)
    machine = await world.vendor.create(wish())
    world.fail("ping", *(VendorDown("Down.") for _ in range(9)))
    for _ in range(2):
        with pytest.raises((VendorDown, VendorLeftAlone)):
            await world.vendor.ping()
    asked = len(world.paper.asked)
    for operation in ("create", "list", "ping"):
        with pytest.raises(VendorLeftAlone):
            await call(world.vendor, operation, machine.machine_id)
        assert world.tally.held_back[operation] >= 1
    assert len(world.paper.asked) == asked
    assert (await world.vendor.get(machine.machine_id)).sandbox_id == "one"
    await world.vendor.destroy(machine.machine_id)


async def test_a_limit_on_one_machine_s_requests_is_one_on_all(tmp_path: Path) -> None:
    world = World(tmp_path)
    machine = await world.vendor.create(wish())
    world.fail("get", VendorBusy("Slow down.", 100.0))
    with pytest.raises(VendorBusy):
        await world.vendor.get(machine.machine_id)
    assert world.tally.retries["get"] == 0
    with pytest.raises(VendorLeftAlone, match="Slow down"):
        await world.vendor.create(wish("two"))


async def test_nothing_takes_longer_than_it_may(tmp_path: Path) -> None:
    world = World(tmp_path, Patience(total_s=0.05))
    hanging = asyncio.Event()

    async def hang() -> None:
        await hanging.wait()

    world.moods.steps["ping:before"] = hang
    with pytest.raises(VendorTimedOut):
        await world.vendor.ping()
    assert world.outcomes("ping") == {"TIMEOUT": 1}
    asking = asyncio.create_task(world.vendor.ping())
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert world.outcomes("ping") == {"TIMEOUT": 1, "CANCELLED": 1}
