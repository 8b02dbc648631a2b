import asyncio

from aura_gql.projects.events import from_bus, topic_of
from aura_gql.projects.matching import owned_match
from aura_gql.projects.records import ProjectStatus
from aura_gql.projects.transitions import ProjectTransitions
from tests.projects.world import ALICE, World


async def test_one_of_many_wins_and_is_told(world: World) -> None:
    project = await world.create()
    transitions = ProjectTransitions(world.bus)
    match = owned_match(ALICE, project.id, ProjectStatus.INITIALIZING)
    async with world.bus.subscribe(topic_of(project.id)) as events:
        changed = await asyncio.gather(
            *(transitions.change(match, {"status": "ERROR", "error_message": str(n)}, f"No. {n}") for n in range(5))
        )
        winners = [record for record in changed if record]
        heard = await anext(events)
        await world.bus.close()
        assert [event async for event in events] == []
    assert len(winners) == 1
    assert heard is not None
    assert from_bus(heard).message == f"No. {winners[0].error_message}"
    assert from_bus(heard).sequence == winners[0].event_sequence == 2
    assert winners[0] == await world.projects.get(ALICE, project.id)
