"""Keeping, listing and following the changes of projects' files."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bson import ObjectId

from aura_gql.files.changes import service
from aura_gql.files.changes.documents import FileChangeDocument
from aura_gql.files.changes.records import ChangeBatchRecord, ChangeOrigin, EntryKind, NewChange
from aura_gql.files.changes.values import ChangeKind
from aura_gql.files.records import RevisionSource
from aura_gql.infra import transaction
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import PageRequest
from aura_gql.projects.errors import ProjectNotFound
from tests.files.world import ADA, World
from tests.files.writing.plans import put


def created(path: str, *executions: ObjectId) -> NewChange:
    return NewChange(
        path,
        ChangeKind.CREATED,
        EntryKind.FILE,
        3,
        False,
        utcnow(),
        sandbox_id=ObjectId(),
        execution_ids=executions,
    )


async def read(batches: AsyncIterator[ChangeBatchRecord], last: int) -> list[ChangeBatchRecord]:
    found = []
    async with asyncio.timeout(30):
        async for batch in batches:
            found.append(batch)
            if batch.last >= last:
                return found
    return found


async def test_saves_and_sandboxes_share_one_list(world: World) -> None:
    project = await world.project()
    changes = world.files.changes
    execution = ObjectId()
    saved = await world.files.save(ADA, project, "a.txt", b"one", 0)
    await changes.record(project, [created("b"), created("c", execution)])
    await world.files.save(ADA, project, "a.txt", b"two", saved.version)
    async with contextlib.aclosing(changes.follow(ADA, project, 0)) as following:
        batches = await read(following, 4)
    told = [record for batch in batches for record in batch.changes]
    assert [(record.sequence, record.change.path, record.change.kind) for record in told] == [
        (1, "a.txt", ChangeKind.CREATED),
        (2, "b", ChangeKind.CREATED),
        (3, "c", ChangeKind.CREATED),
        (4, "a.txt", ChangeKind.MODIFIED),
    ]
    assert [record.origin for record in told] == [
        ChangeOrigin.PROJECT,
        ChangeOrigin.SANDBOX,
        ChangeOrigin.SANDBOX,
        ChangeOrigin.PROJECT,
    ]
    assert told[3].change.version == 2
    page = await changes.of_execution(execution, PageRequest(1))
    assert [item.sequence for item in page.items] == [3]
    assert (page.has_next, await page.count()) == (False, 1)


async def test_recorders_at_once_leave_no_hole_and_followers_miss_nothing(world: World) -> None:
    project = await world.project()
    changes, many = world.files.changes, 40
    async with contextlib.aclosing(changes.follow(ADA, project, None)) as following:
        reading = asyncio.create_task(read(following, 2 * many))
        await asyncio.sleep(0)
        await asyncio.gather(*(changes.record(project, [created(f"{n}"), created(f"{n}b")]) for n in range(many)))
        if not reading.done():
            batches = await reading
    batches = reading.result()
    told = [record.sequence for batch in batches for record in batch.changes]
    assert told == sorted(set(told))
    assert told[-1] == 2 * many
    assert all(batch.is_complete for batch in batches)
    kept = await FileChangeDocument.find_behind(project, 0, 1_000)
    assert [record.sequence for record in kept] == list(range(1, 2 * many + 1))
    async with contextlib.aclosing(changes.follow(ADA, project, 37)) as following:
        again = [record.sequence for batch in await read(following, 2 * many) for record in batch.changes]
    assert again == list(range(38, 2 * many + 1))


async def test_a_revision_is_in_one_batch_however_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_PAGE", 3)
    project = await world.project()
    await world.save(project, "first", b"")
    for count in (9, 6, 1):
        operations = [put(f"{count}/{n}") for n in range(count)]
        await world.files.writer.apply(ADA, project, operations, source=RevisionSource.BATCH)
    await world.files.changes.record(project, [created(str(n)) for n in range(4)])
    async with contextlib.aclosing(world.files.changes.follow(ADA, project, 0)) as following:
        batches = await read(following, 21)
    revisions = [[record.change.revision for record in batch.changes] for batch in batches]
    assert revisions == [[1, *[2] * 9], [3] * 6, [4, None, None], [None, None]]
    assert all(batch.is_complete for batch in batches)


async def test_what_is_no_longer_kept_is_said(world: World) -> None:
    project = await world.project()
    changes = world.files.changes
    await changes.record(project, [created(str(n)) for n in range(5)])
    collection = FileChangeDocument.get_pymongo_collection()
    await collection.delete_many({"sequence": {"$in": [2, 5]}})
    async with contextlib.aclosing(changes.follow(ADA, project, 2)) as following:
        first = await anext(following)
        second = await anext(following)
    assert (first.last, first.is_complete, len(first.changes)) == (4, True, 2)
    assert (second.last, second.is_complete, len(second.changes)) == (5, False, 0)
    async with contextlib.aclosing(changes.follow(ADA, project, 0)) as following:
        assert not (await anext(following)).is_complete


async def test_refuses_other_numbers_and_other_users(world: World) -> None:
    project = await world.project()
    for after in (-1, 1):
        with pytest.raises(InvalidInput):
            await anext(world.files.changes.follow(ADA, project, after))
    with pytest.raises(ProjectNotFound):
        await anext(world.files.changes.follow("somebody else", project, 0))


async def test_a_try_whose_answer_was_lost_is_kept_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    project = await world.project()
    real = transaction.in_transaction

    async def losing_the_answer(*asked: Any) -> object:
        await real(*asked)
        return await real(*asked)

    monkeypatch.setattr(service, "in_transaction", losing_the_answer)
    await world.files.changes.record(project, [created("a"), created("b")])
    assert [record.change.path for record in await FileChangeDocument.find_behind(project, 0, 10)] == ["a", "b"]


async def test_changes_go_with_their_project(world: World) -> None:
    project = await world.project()
    await world.files.changes.record(project, [created("a")])
    await world.files.changes.remove_project(project)
    assert await FileChangeDocument.find_behind(project, 0, 10) == []
    await world.files.changes.record(project, [created("b")])
    assert [record.sequence for record in await FileChangeDocument.find_behind(project, 0, 10)] == [1]
