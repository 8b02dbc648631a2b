from aura_gql.files.usage.service import FileUsage
from aura_gql.projects.records import ProjectStatus
from aura_gql.storage.quotas.records import Usage
from tests.files.world import ADA, World


async def test_all_projects_of_a_user_count_until_they_are_gone(world: World) -> None:
    usage = FileUsage()
    assert await usage.usage_of(ADA) == Usage()
    first, doomed = await world.project(), await world.project()
    await world.save(first, "a", b"1234")
    await world.save(first, "b", b"")
    await world.save(doomed, "a", b"56")
    await world.set_status(doomed, ProjectStatus.DELETING)
    assert await usage.usage_of(ADA) == Usage(3, 6)
    assert await usage.usage_of("eve") == Usage()
    await world.files.remove_project(doomed)
    assert await usage.usage_of(ADA) == Usage(2, 4)
