"""Each project that was really made counts once for its template."""

import asyncio

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.projects.popularity.service import ProjectPopularity
from aura_gql.projects.records import ProjectStatus
from tests.projects.world import World


async def test_what_failed_counts_once_it_is_ready(world: World) -> None:
    world.sandboxes.failure = ProviderUnavailable("The host is full.")
    failed = await world.initialise(await world.create(auto_start_sandbox=True))
    assert (failed.status, await world.popularity(failed)) == (ProjectStatus.ERROR, 0)
    world.sandboxes.failure = None
    await world.initialise(await world.projects.retry(failed.user_id, failed.id))
    assert await world.popularity(failed) == 1


async def test_many_at_once_are_counted_once_each(world: World) -> None:
    ready = [await world.ready() for _ in range(4)]
    await world.database["projects"].update_many({}, {"$set": {"use_pending": True}})
    await world.database["project_templates"].update_many({}, {"$set": {"popularity": 0}})
    one, other = ProjectPopularity(world.templates), ProjectPopularity(world.templates)
    await asyncio.gather(*(turn.count() for turn in (one, other) for _ in range(3)), other.remove_project(ready[0].id))
    assert await world.popularity(ready[0]) == 4
    assert await world.database["projects"].count_documents({"use_pending": {"$exists": True}}) == 0


async def test_is_asked_of_an_index(world: World) -> None:
    await world.ready()
    await world.database.command("profile", 2)
    await ProjectPopularity(world.templates).count()
    await world.database.command("profile", 0)
    [entry] = await world.database["system.profile"].find({"ns": f"{world.database.name}.projects"}).to_list()
    assert "use_pending" in entry["planSummary"]


async def test_what_goes_before_it_was_counted_counts(world: World) -> None:
    project = await world.ready()
    await world.database["projects"].update_one({"_id": project.id}, {"$set": {"use_pending": True}})
    await ProjectPopularity(world.templates).remove_project(project.id)
    assert await world.popularity(project) == 2
    await ProjectPopularity(world.templates).remove_project(project.id)
    assert await world.popularity(project) == 2
