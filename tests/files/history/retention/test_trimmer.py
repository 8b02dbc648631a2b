"""The end of history: what may go goes, and nothing else."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from aura_gql.files.history.errors import HistoryTrimmed
from aura_gql.files.history.records import RetentionLimits
from aura_gql.files.history.retention import trimmer
from aura_gql.files.history.retention.documents import HistoryFloorDocument
from aura_gql.files.history.retention.trimmer import HistoryTrimmer
from aura_gql.files.writing.operations import DeletePath, MovePath
from aura_gql.infra.documents import JobDocument
from aura_gql.infra.jobs import DurableJobs
from tests.files.history.past import Past, put
from tests.support.mongo import init_documents
from tests.support.waiting import until

DAY_S = 24 * 3600
NINETY_DAYS = RetentionLimits()


async def trimmed(past: Past, limits: RetentionLimits = NINETY_DAYS) -> int:
    return await HistoryTrimmer(DurableJobs(), limits).trim(past.project)


async def versions(past: Past) -> list[tuple[str, int]]:
    cursor = past.world.database["file_versions"].find({"project_id": past.project}, sort=[("path", 1), ("version", 1)])
    return [(row["path"], row["version"]) async for row in cursor]


async def lively(past: Past) -> None:
    """Some thirty revisions of files that come, change, move and go."""
    rng, there = random.Random(1), list[str]()
    for number in range(30):
        path, spare = rng.choice("abcdef"), rng.choice("uvwxyz")
        if path in there and rng.random() < 0.3:
            await past.delete(path)
            there.remove(path)
        elif path in there and spare not in there and rng.random() < 0.5:
            await past.move(path, spare)
            there[there.index(path)] = spare
        else:
            await past.put(path, str(number))
            there += [path] if path not in there else []


async def test_every_revision_that_is_kept_stays_as_it_was(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trimmer, "_PATHS_AT_ONCE", 2)
    await lively(past)
    newest = await past.revision()
    before = {revision: await past.tree(revision) for revision in range(newest + 1)}
    await past.ages(15, 100)

    removed = await trimmed(past)

    assert removed > 0
    assert await HistoryFloorDocument.find_oldest(past.project) == 16
    assert {revision: await past.tree(revision) for revision in range(16, newest + 1)} == {
        revision: tree for revision, tree in before.items() if revision >= 16
    }
    for revision in range(16):
        with pytest.raises(HistoryTrimmed):
            await past.tree(revision)
    # Up to the floor there is one version of each path that was there then, and no more.
    rows = past.world.database["file_versions"].find({"project_id": past.project, "revision": {"$lte": 16}})
    assert sorted([row["path"] async for row in rows]) == sorted(before[16])
    assert await trimmed(past) == 0


async def test_what_is_there_now_stays_however_old(past: Past) -> None:
    await past.put("a", "1")
    await past.put("a", "2")
    await past.put("b")
    await past.delete("b")
    await past.ages(4, 1_000)

    assert await trimmed(past) == 3

    assert await versions(past) == [("a", 2)]
    assert await past.tree() == {"a": "2"}
    # A file that comes to be where everything was forgotten begins anew.
    await past.put("b", "again")
    assert await past.tree() == {"a": "2", "b": "again"}


async def test_a_long_history_is_cut_but_not_what_is_recent(past: Past) -> None:
    for number in range(10):
        await past.put("a", str(number))
    limits = RetentionLimits(max_revisions=3)

    assert await trimmed(past, limits) == 0

    await past.ages(6, 3)
    assert await trimmed(past, limits) == 6
    assert await past.tree(7) == {"a": "6"}
    await past.ages(10, 3)
    assert await trimmed(past, limits) == 1
    assert await versions(past) == [("a", 8), ("a", 9), ("a", 10)]


async def test_a_run_that_ended_in_the_middle_is_taken_up(past: Past) -> None:
    for number in range(5):
        await past.put("a", str(number))
    await HistoryFloorDocument.raise_to(past.project, 4)

    assert await trimmed(past) == 3

    assert await versions(past) == [("a", 4), ("a", 5)]


async def test_moves_and_deletions_in_the_dark_do_not_bring_files_back(past: Past) -> None:
    await past.do(put("a"), put("b"))
    await past.do(MovePath("a", "c"), DeletePath("b"))
    await past.put("d")
    await past.ages(2, 100)

    await trimmed(past)

    assert await past.tree() == await past.tree(3) == {"c": "text\n", "d": "text\n"}


async def test_all_projects_are_looked_at_in_one_job_for_all_servers(past: Past) -> None:
    world, projects = past.world, [past.project, await past.world.project(), await past.world.project()]
    for project in projects:
        await world.save(project, "a", b"1")
        await world.save(project, "a", b"2", 1)
    await world.database["file_versions"].update_many({}, {"$set": {"created_at": datetime(2000, 1, 1, tzinfo=UTC)}})
    await init_documents(world.database, [JobDocument])
    jobs = [DurableJobs(), DurableJobs()]
    trimmers = [HistoryTrimmer(each, NINETY_DAYS) for each in jobs]
    try:
        for queue, each in zip(jobs, trimmers, strict=True):
            each.register()
            await queue.start()
            each.start()

        async def is_done() -> bool:
            return [job["state"] async for job in world.database["jobs"].find({})] == ["DONE"]

        await until(is_done)
        assert await world.database["file_versions"].count_documents({}) == 3
        # Not before the next 6 hours begin is it done again.
        later = HistoryTrimmer(jobs[0], NINETY_DAYS)
        later.start()
        await asyncio.sleep(0)
        await later.stop()
        assert await is_done()
    finally:
        for queue, each in zip(jobs, trimmers, strict=True):
            await each.stop()
            await queue.stop()
