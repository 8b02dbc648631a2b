"""A user's last project, and calls that meet there."""

import asyncio

import pytest
from bson import ObjectId

from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.kernel.page import PageRequest
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.errors import TooManyProjects
from aura_gql.projects.records import NewProject, ProjectFilter, ProjectRecord
from aura_gql.projects.requests import creation_request
from tests.projects.world import ALICE, World


async def test_the_same_calls_at_the_limit_are_refused_for_that_alone(world: World) -> None:
    for _ in range(4):
        await world.create()
    keys = [f"{turn} {key}" for turn in range(10) for key in "abc" for _ in range(4)]
    results = await asyncio.gather(*(world.create(key=key) for key in keys), return_exceptions=True)
    assert {type(result) for result in results} <= {ProjectRecord, TooManyProjects}
    made = {result.id for result in results if isinstance(result, ProjectRecord)}
    kept = (await world.projects.list(ALICE, ProjectFilter(), PageRequest())).items
    assert len(kept) == 4 + len(made) <= 5
    assert made <= {project.id for project in kept}


async def test_a_project_that_another_call_may_take_back_is_given_to_nobody(world: World) -> None:
    made = [await world.create() for _ in range(5)]
    new = NewProject("My project", await world.template("python-script"))
    project_id = await MongoIdempotencyKeys().claim(
        user_id=ALICE, operation="createProject", key="key", request=creation_request(new)
    )
    # As the same call has it elsewhere between its insertion and its count, or a crash there has left it.
    assert await ProjectDocument.add(project_id, ALICE, new, SandboxProviderName.LOCAL)

    with pytest.raises(TooManyProjects):
        await world.create(key="key")
    assert await ProjectDocument.find_record(project_id) is None

    assert await ProjectDocument.add(project_id, ALICE, new, SandboxProviderName.LOCAL)
    await world.projects.delete(ALICE, made[0].id)
    assert (await world.create(key="key")).id == project_id
    admission_id, is_granted = await ProjectDocument.find_admission(project_id) or (None, False)
    assert is_granted
    assert not await ProjectDocument.take_back(project_id, admission_id)


async def test_a_project_that_has_become_ready_is_not_taken_back(world: World) -> None:
    made = [await world.create(key=f"{number}") for number in range(5)]
    # A crash between the insertion and the count, and a recovery before the same call came again.
    await world.database["projects"].update_one({"_id": made[0].id}, {"$set": {"admitted": False}})
    await world.initialise(made[0])
    new = NewProject("One more", made[0].template_id)
    assert await ProjectDocument.add(ObjectId(), ALICE, new, made[0].sandbox_provider)

    assert (await world.create(key="0")).id == made[0].id
    admission_id, is_granted = await ProjectDocument.find_admission(made[0].id) or (None, False)
    assert is_granted
    assert not await ProjectDocument.take_back(made[0].id, admission_id)
