import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from aura_gql.infra.bus import InProcessBus
from aura_gql.projects.changes import follow
from aura_gql.projects.deletion import ProjectDeletion
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.events import to_bus, topic_of
from aura_gql.projects.records import InitialisationStep, ProjectEventRecord, ProjectStatus
from tests.projects.world import ALICE, BOB, World

LIMIT_S = 60


async def next_of(events: AsyncIterator[ProjectEventRecord]) -> ProjectEventRecord:
    return await asyncio.wait_for(anext(events), LIMIT_S)


async def test_tells_the_present_state_then_every_step_once(world: World) -> None:
    project = await world.create(auto_start_sandbox=True)
    async with aclosing(world.projects.changes(ALICE, project.id)) as events:
        told = [await next_of(events)]
        await world.initialise(project)
        told += [await next_of(events) for _ in range(5)]
        assert [event.sequence for event in told] == [1, 2, 3, 4, 5, 6]
        assert [event.step for event in told] == list(InitialisationStep)
        assert (told[0].status, told[-1].status) == (ProjectStatus.INITIALIZING, ProjectStatus.READY)
        assert all(event.message and event.project_id == project.id for event in told)
        await world.projects.update(ALICE, project.id, name="Renamed")
        assert (await next_of(events)).message == "The name changed."


async def test_one_who_comes_late_gets_the_present_state(world: World) -> None:
    project = await world.ready()
    async with aclosing(world.projects.changes(ALICE, project.id)) as events:
        event = await next_of(events)
    assert (event.status, event.sequence) == (ProjectStatus.READY, project.event_sequence)


async def test_ends_behind_the_deletion(world: World) -> None:
    project = await world.ready()
    async with aclosing(world.projects.changes(ALICE, project.id)) as events:
        await next_of(events)
        await world.projects.delete(ALICE, project.id)
        assert (await next_of(events)).status is ProjectStatus.DELETING
        with pytest.raises(StopAsyncIteration):
            await next_of(events)
    assert world.bus.subscriber_count() == 0


@pytest.mark.parametrize("viewer", [ALICE, BOB])
async def test_nobody_follows_what_is_not_theirs_or_being_deleted(world: World, viewer: str) -> None:
    project = await world.ready()
    if viewer == ALICE:
        await world.projects.delete(ALICE, project.id)
    with pytest.raises(ProjectNotFound):
        await next_of(world.projects.changes(viewer, project.id))
    assert world.bus.subscriber_count() == 0


async def test_refills_what_a_full_queue_lost(world: World) -> None:
    bus, project = InProcessBus(queue_size=1), await world.create()
    async with aclosing(follow(bus, ALICE, project.id)) as events:
        first = await next_of(events)
        await world.initialise(project)
        for _ in range(3):
            await bus.publish(topic_of(project.id), to_bus(first))
        assert [(await next_of(events)).sequence for _ in range(4)] == [2, 3, 4, 5]


async def test_refills_a_hole_and_drops_what_it_told(world: World) -> None:
    bus, project = InProcessBus(), await world.create()
    async with aclosing(follow(bus, ALICE, project.id)) as events:
        await next_of(events)
        async with aclosing(world.projects.changes(ALICE, project.id)) as others:
            await world.initialise(project)
            last = await next_of(others)
        for _ in range(2):
            await bus.publish(topic_of(project.id), to_bus(last))
        assert [(await next_of(events)).sequence for _ in range(4)] == [2, 3, 4, 5]
        await bus.close()
        with pytest.raises(StopAsyncIteration):
            await next_of(events)


async def test_tells_of_a_deletion_that_is_over(world: World) -> None:
    bus, project = InProcessBus(queue_size=1), await world.ready()
    async with aclosing(follow(bus, ALICE, project.id)) as events:
        first = await next_of(events)
        await world.projects.delete(ALICE, project.id)
        await ProjectDeletion([]).run(str(project.id))
        for _ in range(3):
            await bus.publish(topic_of(project.id), to_bus(first))
        last = await next_of(events)
        assert (last.status, last.sequence) == (ProjectStatus.DELETING, first.sequence + 1)
        with pytest.raises(StopAsyncIteration):
            await next_of(events)


async def test_ends_where_the_project_is_not_the_viewers_any_more(world: World) -> None:
    bus, project = InProcessBus(quiet_s=0.02), await world.ready()
    async with aclosing(follow(bus, ALICE, project.id)) as events:
        await next_of(events)
        await ProjectDocument.find_all().update({"$set": {"user_id": BOB}})
        with pytest.raises(ProjectNotFound):
            await next_of(events)
    assert bus.subscriber_count() == 0


async def test_a_project_that_is_gone_was_deleted(world: World) -> None:
    bus, project = InProcessBus(quiet_s=0.02), await world.ready()
    async with aclosing(follow(bus, ALICE, project.id)) as events:
        await next_of(events)
        await ProjectDocument.remove(project.id, ProjectStatus.READY)
        assert (await next_of(events)).status is ProjectStatus.DELETING
        with pytest.raises(StopAsyncIteration):
            await next_of(events)
