import pytest

from aura_gql.projects.deletion import ProjectDeletion
from aura_gql.projects.records import ProjectStatus
from tests.projects.world import ALICE, Sandboxes, World


async def test_asks_every_room_in_order_then_drops_the_project(world: World) -> None:
    project = await world.ready()
    await world.files.save(ALICE, project.id, "new.txt", b"new", 0)
    await world.projects.delete(ALICE, project.id)
    first, second = Sandboxes(), Sandboxes(failure=RuntimeError("down"))
    with pytest.raises(RuntimeError):
        await ProjectDeletion([first, second, world.files]).run(str(project.id))
    assert first.removed == [project.id]
    assert len((await world.files.tree([project.id]))[project.id]) > 0
    assert (await world.stored(project.id))["status"] == ProjectStatus.DELETING
    second.failure = None
    await ProjectDeletion([first, second, world.files]).run(str(project.id))
    assert await world.stored(project.id) is None
    assert (await world.files.tree([project.id]))[project.id] == []


async def test_may_run_again(world: World) -> None:
    project = await world.ready()
    await world.projects.delete(ALICE, project.id)
    for _ in range(2):
        await ProjectDeletion([world.sandboxes, world.files]).run(str(project.id))
    assert world.sandboxes.removed == [project.id]


async def test_leaves_a_project_alone_that_nobody_deleted(world: World) -> None:
    project = await world.ready()
    await ProjectDeletion([world.sandboxes, world.files]).run(str(project.id))
    assert world.sandboxes.removed == []
    assert await world.projects.get(ALICE, project.id) == project
