import asyncio

import pytest
from bson import ObjectId

from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.kernel.errors import IdempotencyMismatch, InvalidInput
from aura_gql.kernel.page import PageRequest
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.deletion import ProjectDeletion
from aura_gql.projects.errors import (
    InvalidPackage,
    InvalidProjectText,
    OptionNotApplicable,
    ProjectNotFound,
    ProjectNotReady,
    ProjectNotRetryable,
    TooManyProjects,
)
from aura_gql.projects.records import (
    InitialisationStep,
    NewProject,
    PackageManager,
    PackageRequest,
    ProjectConfiguration,
    ProjectFilter,
    ProjectRecord,
    ProjectStatus,
)
from aura_gql.projects.service import ProjectService
from aura_gql.templates.errors import TemplateNotFound
from tests.projects.world import ALICE, BOB, World
from tests.support.jobs import all_ended
from tests.support.waiting import until

EVERYTHING = ProjectFilter()


async def names(world: World, where: ProjectFilter = EVERYTHING, owner: str = ALICE) -> list[str]:
    return [project.name for project in (await world.projects.list(owner, where, PageRequest())).items]


async def test_a_new_project_is_returned_at_once(world: World) -> None:
    configuration = ProjectConfiguration(
        eslint=True,
        package_manager=PackageManager.PNPM,
        additional_dependencies=(PackageRequest("zod"), PackageRequest("vitest", "^4.0.0", dev=True)),
    )
    new = NewProject(" Käse-Lab_1 ", await world.template("express"), "Two\r\nlines", configuration)
    project = await world.projects.create(ALICE, new, None)
    assert (project.name, project.description) == ("Käse-Lab_1", "Two\nlines")
    assert (project.status, project.step) == (ProjectStatus.INITIALIZING, InitialisationStep.QUEUED)
    assert (project.revision, project.event_sequence, project.attempt) == (0, 1, 1)
    assert project.configuration == configuration
    assert project.sandbox_provider is SandboxProviderName.LOCAL
    assert project == await world.projects.get(ALICE, project.id)


async def test_the_queue_makes_it_ready_and_removes_it(world: World) -> None:
    await world.jobs.start()
    project = await world.create()

    async def is_ready() -> bool:
        return (await world.projects.get(ALICE, project.id)).status is ProjectStatus.READY

    async def is_gone() -> bool:
        return await world.stored(project.id) is None

    try:
        await until(is_ready)
        await world.projects.delete(ALICE, project.id)
        with pytest.raises(ProjectNotFound):
            await world.projects.get(ALICE, project.id)
        await until(is_gone)
    finally:
        await world.jobs.stop()
    assert world.sandboxes.removed == [project.id]


async def test_a_repeated_request_gives_the_first_project(world: World) -> None:
    projects = await asyncio.gather(*(world.create(key="once") for _ in range(4)))
    assert len({project.id for project in projects}) == 1
    assert await world.create(key="once") == projects[0]
    assert await names(world) == ["My project"]
    with pytest.raises(IdempotencyMismatch):
        await world.create(key="once", name="Another")
    assert (await world.create(key="once", owner=BOB)).id != projects[0].id


async def test_a_repeated_request_does_not_bring_back_what_is_being_deleted(world: World) -> None:
    project = await world.create(key="once")
    await world.projects.delete(ALICE, project.id)
    with pytest.raises(ProjectNotFound):
        await world.create(key="once")


async def test_a_repeated_request_does_not_bring_back_what_was_deleted(world: World) -> None:
    project = await world.create(key="k")
    await world.projects.delete(ALICE, project.id)
    await ProjectDeletion([world.files]).run(str(project.id))
    with pytest.raises(ProjectNotFound, match="idempotency key was deleted"):
        await world.create(key="k")
    assert await world.stored(project.id) is None


@pytest.mark.parametrize("change", [{"name": "x"}, {"description": "\x00"}])
async def test_bad_words_are_refused(world: World, change: dict[str, str]) -> None:
    new = NewProject(**{"name": "Fine", "template_id": await world.template("express"), **change})  # type: ignore[arg-type]
    with pytest.raises(InvalidProjectText) as caught:
        await world.projects.create(ALICE, new, None)
    assert caught.value.field == tuple(change)
    assert await names(world) == []


async def test_a_template_that_is_not_offered_is_refused(world: World) -> None:
    template_id = await world.template("express")
    await world.database["project_templates"].update_one({"_id": template_id}, {"$set": {"is_active": False}})
    for missing in (ObjectId(), template_id):
        with pytest.raises(TemplateNotFound) as caught:
            await world.projects.create(ALICE, NewProject("Fine", missing), None)
        assert caught.value.field == ("templateId",)


async def test_what_can_not_be_configured_is_refused_at_once(world: World) -> None:
    with pytest.raises(OptionNotApplicable) as caught:
        await world.create("python-script", configuration=ProjectConfiguration(tailwindcss=True))
    assert caught.value.field == ("configuration", "tailwindcss")
    assert "Python" in caught.value.message
    bad = ProjectConfiguration(additional_dependencies=(PackageRequest("x", "file:../etc"),))
    with pytest.raises(InvalidPackage):
        await world.create("express", configuration=bad)
    assert await names(world) == []


async def test_a_user_has_so_many_projects_and_no_more(world: World) -> None:
    created = await asyncio.gather(*(world.create() for _ in range(8)), return_exceptions=True)
    refused = [error for error in created if isinstance(error, TooManyProjects)]
    assert len(await names(world)) == 8 - len(refused) <= 5
    assert {str(error.details["limit"]) for error in refused} == {"5"}
    for _ in range(5 - len(await names(world))):
        await world.create()
    with pytest.raises(TooManyProjects, match="5 projects"):
        await world.create()
    await world.create(owner=BOB)


async def test_the_last_project_may_be_asked_for_twice_at_once(world: World) -> None:
    for _ in range(4):
        await world.create()
    projects = await asyncio.gather(*(world.create(key="last") for _ in range(4)))
    assert len({project.id for project in projects}) == 1


async def test_a_foreign_project_answers_as_a_missing_one(world: World) -> None:
    project = await world.ready()
    for project_id in (project.id, ObjectId()):
        for call in (
            world.projects.get(BOB, project_id),
            world.projects.require_ready(BOB, project_id),
            world.projects.update(BOB, project_id, name="Mine now"),
            world.projects.delete(BOB, project_id),
            world.projects.retry(BOB, project_id),
        ):
            with pytest.raises(ProjectNotFound, match="no project with this id"):
                await call
    assert await world.projects.get_many(BOB, [project.id]) == {}
    assert await world.projects.get_many(ALICE, [project.id, ObjectId()]) == {project.id: project}


async def test_only_a_ready_project_is_ready(world: World) -> None:
    project = await world.create()
    with pytest.raises(ProjectNotReady, match="INITIALIZING"):
        await world.projects.require_ready(ALICE, project.id)
    ready = await world.initialise(project)
    assert await world.projects.require_ready(ALICE, project.id) == ready
    with pytest.raises(ProjectNotRetryable, match="READY"):
        await world.projects.retry(ALICE, project.id)


async def test_a_list_is_paged_newest_first(world: World) -> None:
    for name in ("One", "Two", "Three", "Four", "Five"):
        await world.create(name=name)
    same = (await world.projects.list(ALICE, EVERYTHING, PageRequest())).items[0].created_at
    await world.database["projects"].update_many({}, {"$set": {"created_at": same}})
    seen: list[ProjectRecord] = []
    after: str | None = None
    for size in (2, 2, 1):
        page = await world.projects.list(ALICE, EVERYTHING, PageRequest(2, after))
        assert (len(page.items), page.has_next, page.has_previous) == (size, size == 2, after is not None)
        assert await page.count() == 5
        seen, after = seen + page.items, page.cursors[-1]
    assert [project.name for project in seen] == ["Five", "Four", "Three", "Two", "One"]


async def test_a_list_is_narrowed(world: World) -> None:
    await world.ready(name="Weather report")
    await world.create("express", name="weather_api")
    await world.create("express", name="Notes", owner=BOB)
    gone = await world.create(name="Old weather")
    await world.projects.delete(ALICE, gone.id)
    assert await names(world) == ["weather_api", "Weather report"]
    assert await names(world, ProjectFilter(status=ProjectStatus.READY)) == ["Weather report"]
    assert await names(world, ProjectFilter(status=ProjectStatus.DELETING)) == []
    assert await names(world, ProjectFilter(template_id=await world.template("express"))) == ["weather_api"]
    assert await names(world, ProjectFilter(text="WEATHER")) == ["weather_api", "Weather report"]
    assert await names(world, ProjectFilter(text="r_a")) == ["weather_api"]
    assert await names(world, ProjectFilter(text=".*")) == []
    assert await names(world, owner=BOB) == ["Notes"]


@pytest.mark.parametrize("page", [PageRequest(0), PageRequest(101), PageRequest(1, "junk")])
async def test_a_page_that_can_not_be(world: World, page: PageRequest) -> None:
    with pytest.raises(InvalidInput):
        await world.projects.list(ALICE, EVERYTHING, page)


async def test_updates_what_is_given(world: World) -> None:
    project = await world.ready()
    renamed = await world.projects.update(ALICE, project.id, name=" New name ")
    assert (renamed.name, renamed.description) == ("New name", project.description)
    described = await world.projects.update(ALICE, project.id, description="$name {$literal: 1}")
    assert (described.name, described.description) == ("New name", "$name {$literal: 1}")
    assert described.event_sequence == project.event_sequence + 2
    assert await world.projects.update(ALICE, project.id) == described
    with pytest.raises(InvalidProjectText):
        await world.projects.update(ALICE, project.id, name="\x07")


async def test_a_start_takes_up_what_a_dead_server_left(world: World) -> None:
    half, deleted = await world.create(), await world.create(name="Deleted")
    await world.projects.delete(ALICE, deleted.id)
    await world.database["jobs"].delete_many({})
    await world.projects.recover()
    await world.projects.recover()
    await world.jobs.start()

    async def is_done() -> bool:
        ready = (await world.projects.get(ALICE, half.id)).status is ProjectStatus.READY
        return ready and await world.stored(deleted.id) is None

    try:
        await until(is_done)
    finally:
        await world.jobs.stop()


async def test_a_deletion_goes_on_until_it_is_done(world: World) -> None:
    project = await world.ready()
    world.sandboxes.failure = RuntimeError("The storage is away for longer than the queue tries.")
    await world.projects.delete(ALICE, project.id)
    await world.jobs.start()
    patient = ProjectService(world.templates, MongoIdempotencyKeys(), world.jobs, world.bus, recovery_interval_s=0.05)

    async def is_gone() -> bool:
        return await world.stored(project.id) is None

    try:
        await until(lambda: all_ended(world.database))
        world.sandboxes.failure = None
        patient.start()
        await until(is_gone)
    finally:
        await patient.stop()
        await world.jobs.stop()


async def test_a_revision_is_counted_in_the_callers_transaction(world: World) -> None:
    project = await world.ready()
    async with world.database.client.start_session() as session:
        async with await session.start_transaction():
            assert await world.projects.advance_revision(project.id, session) == 2
            await session.abort_transaction()
        assert (await world.projects.get(ALICE, project.id)).revision == 1
        async with await session.start_transaction():
            with pytest.raises(ProjectNotFound):
                await world.projects.advance_revision(ObjectId(), session)


async def test_every_query_has_an_index_and_a_list_is_one(world: World) -> None:
    project = await world.ready()
    await world.database.command("profile", 2)
    await world.projects.list(ALICE, ProjectFilter(text="project"), PageRequest())
    assert await world.database["system.profile"].count_documents({"ns": f"{world.database.name}.projects"}) == 1
    await world.projects.get_many(ALICE, [project.id])
    await world.projects.update(ALICE, project.id, name="Other")
    await world.projects.recover()
    await world.create()
    await world.projects.delete(ALICE, project.id)
    await world.database.command("profile", 0)
    plans = await world.database["system.profile"].distinct("planSummary", {"ns": f"{world.database.name}.projects"})
    assert len(plans) > 1
    assert [plan for plan in plans if "COLLSCAN" in plan] == []
