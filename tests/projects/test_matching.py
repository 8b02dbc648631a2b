from bson import ObjectId

from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.matching import begun_match, owned_match, owned_query
from aura_gql.projects.records import ProjectStatus
from tests.projects.world import ALICE, BOB, World


async def test_matches_mean_the_owner_and_what_can_be_seen(world: World) -> None:
    project = await world.create()

    async def changes(match: object) -> bool:
        return await ProjectDocument.change(match, {}, "Touched.") is not None  # type: ignore[arg-type]

    assert await changes(owned_match(ALICE, project.id))
    assert await changes(owned_match(ALICE, project.id, ProjectStatus.INITIALIZING))
    assert await changes(begun_match(project))
    assert not await changes(owned_match(BOB, project.id))
    assert not await changes(owned_match(ALICE, project.id, ProjectStatus.ERROR))
    await world.initialise(project)
    assert not await changes(begun_match(project))
    await world.projects.delete(ALICE, project.id)
    assert not await changes(owned_match(ALICE, project.id))
    assert await changes(owned_match(ALICE, project.id, ProjectStatus.DELETING))


def test_a_query_for_projects_that_are_deleted_finds_none() -> None:
    template_id = ObjectId()
    query = owned_query(ALICE, status=ProjectStatus.DELETING, template_id=template_id, name_pattern="a.b")
    assert query["status"] == {"$eq": "DELETING", "$ne": "DELETING"}
    assert (query["template_id"], query["name"]["$regex"]) == (template_id, "a.b")
    assert owned_query(ALICE) == {"user_id": ALICE, "status": {"$ne": "DELETING"}}
