"""Which machines nobody wants, and from when on that is believed."""

from pathlib import Path

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.providers.remote.errors import VendorDown
from aura_gql.sandboxes.providers.remote.orphans import OrphanSweep
from aura_gql.sandboxes.providers.remote.values import MachineWish
from tests.support.vendors.paper import PaperVendor


async def made(vendor: PaperVendor, *sandbox_ids: str) -> list[str]:
    """The vendor's names of new machines, in that order of age."""
    wishes = [MachineWish(sandbox_id, "p", "test", "1", utcnow()) for sandbox_id in sandbox_ids]
    return [(await vendor.create(wish)).machine_id for wish in wishes]


async def test_what_another_server_may_just_have_made_is_left_for_a_while(tmp_path: Path) -> None:
    vendor, now = PaperVendor(tmp_path), 1000.0
    sweep = OrphanSweep(vendor, "test", 120.0, lambda: now)
    await made(vendor, "ours", "theirs", "wanted")
    assert await sweep.sweep(["wanted"], [], ["ours"]) == ["ours"]
    now += 119
    assert await sweep.sweep(["wanted", "theirs"], [], []) == []
    assert await sweep.sweep(["wanted"], [], []) == []
    now += 119
    assert await sweep.sweep(["wanted"], [], []) == []
    now += 1
    assert await sweep.sweep(["wanted"], [], []) == ["theirs"]
    assert [machine.sandbox_id for machine in vendor.all()] == ["wanted"]


async def test_of_several_machines_of_a_sandbox_one_is_kept(tmp_path: Path) -> None:
    vendor = PaperVendor(tmp_path)
    sweep = OrphanSweep(vendor, "test", 0.0, lambda: 0.0)
    _, held = await made(vendor, "one", "one")
    assert await sweep.sweep(["one"], [held], []) == ["one"]
    assert [machine.machine_id for machine in vendor.all()] == [held]


async def test_what_can_not_be_ended_is_told_by_the_next(tmp_path: Path) -> None:
    vendor = PaperVendor(tmp_path)
    sweep = OrphanSweep(vendor, "test", 0.0, lambda: 0.0)
    names = [f"orphan-{number}" for number in range(20)]
    await made(vendor, *names)
    vendor.moods.before["destroy"].extend(VendorDown("Down.") for _ in range(3))
    first = await sweep.sweep([], [], [])
    assert len(first) == 17
    assert sorted([*first, *(await sweep.sweep([], [], []))]) == sorted(names)
