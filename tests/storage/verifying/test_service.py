from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aura_gql.storage.addressing import address
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.verifying.records import Miscount, Problem, Tally, Trouble
from aura_gql.storage.verifying.service import StorageVerification
from tests.support.blob_world import SCOPE, World


class Counter:
    """Totals of which one is wrong until it is repaired."""

    def __init__(self) -> None:
        self.is_right = False

    async def verify(self, *, repair: bool) -> AsyncIterator[Miscount | None]:
        """As the port promises."""
        yield None
        yield None if self.is_right else Miscount("user ada", "stored is one thing and there is another")
        self.is_right |= repair


async def verify(world: World, **options: Any) -> tuple[dict[str, Trouble], Tally]:
    """What is wrong by its subject, and what was looked at."""
    counters = options.pop("counters", [])
    verification = StorageVerification(world.store, [world.room], counters, world.sweeper(), **options)
    problems = [problem async for problem in verification.problems()]
    assert {problem.is_repaired for problem in problems} <= {options.get("repair", False)}
    return {problem.subject: problem.trouble for problem in problems}, verification.tally


def path_of(folder: Path, key: BlobKey) -> Path:
    """Where the blob is."""
    (path,) = folder.rglob(key.sha256)
    return path


async def test_what_is_in_order(world: World) -> None:
    await world.write(b"one")
    await world.write(b"two!")
    troubles, tally = await verify(world, deep=True)
    assert troubles == {}
    assert (tally.named, tally.stored, tally.stored_bytes, tally.waiting) == (2, 2, 7, 0)


@pytest.fixture
async def broken(world: World, tmp_path: Path) -> dict[str, Trouble]:
    """What is wrong with a world in which a blob of each kind of trouble is."""
    missing, short, damaged, kept = [await world.write(data) for data in (b"missing", b"short", b"damaged", b"kept")]
    path_of(tmp_path, missing).unlink()
    path_of(tmp_path, short).write_bytes(b"shor")
    path_of(tmp_path, damaged).write_bytes(b"Damaged")
    orphan = await world.store.put(SCOPE, b"orphan")
    assert kept.scope == SCOPE
    found = {missing: Trouble.MISSING, short: Trouble.WRONG_SIZE, damaged: Trouble.DAMAGED, orphan: Trouble.ORPHAN}
    return {f"{SCOPE}/{key.sha256}": trouble for key, trouble in found.items()}


async def test_each_trouble_is_found_and_nothing_changed(world: World, broken: dict[str, Trouble]) -> None:
    shallow = {subject: trouble for subject, trouble in broken.items() if trouble is not Trouble.DAMAGED}
    assert (await verify(world))[0] == shallow
    troubles, tally = await verify(world, deep=True)
    assert troubles == broken
    assert set(tally.problems.values()) == {1}
    assert await world.states() == []
    assert await world.database["lost_blobs"].count_documents({}) == 0


async def test_a_repair_marks_and_condemns_and_deletes_nothing(
    world: World, broken: dict[str, Trouble], tmp_path: Path
) -> None:
    names = await world.database["names"].count_documents({})
    assert (await verify(world, deep=True, repair=True))[0] == broken
    assert await world.states() == ["CONDEMNED"]
    assert await world.database["names"].count_documents({}) == names
    assert await marks(world) == {"MISSING", "WRONG_SIZE", "DAMAGED"}
    # What is lost is told each time; what waits for its removal is not.
    troubles, tally = await verify(world, repair=True)
    assert (set(troubles.values()), tally.waiting) == ({Trouble.MISSING, Trouble.WRONG_SIZE}, 1)
    # Only by reading it would be known that the third is in order again.
    assert await marks(world) == {"MISSING", "WRONG_SIZE", "DAMAGED"}
    for data in (b"missing", b"short", b"damaged"):
        key = address(SCOPE, data)
        if data != b"missing":
            path_of(tmp_path, key).unlink()
        await world.store.put(SCOPE, data)
    troubles, tally = await verify(world, deep=True, repair=True)
    assert (troubles, tally.found_again) == ({}, 3)
    assert await marks(world) == set()


async def marks(world: World) -> set[str]:
    """What is marked as lost."""
    found = [each async for each in world.database["lost_blobs"].find()]
    assert all(isinstance(each["found_at"], datetime) and each["named_by"] for each in found)
    return {each["trouble"] for each in found}


async def test_what_is_young_may_still_be_named(world: World) -> None:
    await world.store.put(SCOPE, b"orphan")
    sweeper = world.sweeper(grace_s=3_600)
    verification = StorageVerification(world.store, [world.room], [], sweeper, repair=True)
    assert [problem async for problem in verification.problems()] == []


async def test_a_name_that_goes_meanwhile_misses_nothing(world: World) -> None:
    key = await world.write(b"doomed")
    await world.store.delete(key)

    async def forget() -> None:
        await world.database["names"].delete_many({})

    world.room.before = forget
    assert (await verify(world))[0] == {}


async def test_counters(world: World) -> None:
    counter = Counter()
    for repair in (False, True):
        troubles, tally = await verify(world, counters=[(Trouble.MISCOUNTED_USER, counter)], repair=repair)
        assert (troubles, tally.users) == ({"user ada": Trouble.MISCOUNTED_USER}, 2)
    assert (await verify(world, counters=[(Trouble.MISCOUNTED_PROJECT, counter)]))[1].projects == 2


async def test_batches(world: World) -> None:
    keys = [await world.write(b"%d" % number) for number in range(40)]
    for key in keys[::2]:
        await world.store.delete(key)
    assert len((await verify(world))[0]) == 20


def test_what_is_a_loss() -> None:
    assert {trouble for trouble in Trouble if trouble.is_loss} == {Trouble.MISSING, Trouble.WRONG_SIZE, Trouble.DAMAGED}
    assert not Problem(Trouble.ORPHAN, "", "").is_repaired
