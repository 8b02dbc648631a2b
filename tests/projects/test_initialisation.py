import asyncio
import hashlib
import itertools
import shutil
from pathlib import Path

import pytest
from pymongo.errors import AutoReconnect

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.kernel.page import PageRequest
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.jobs import initialisation_key
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
from aura_gql.projects.starter import Starter
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.errors import TemplateNotFound
from aura_gql.templates.service import TemplateService
from aura_gql.templates.sources.bundled import BundledTemplates
from tests.projects.world import ALICE, HeldFiles, Killed, MortalBus, World
from tests.support.cutting import cut_short

WITH_PACKAGE = ProjectConfiguration(additional_dependencies=(PackageRequest("left-pad", "1.3.0"),))
STEPS = list(InitialisationStep)


async def steps(project: ProjectRecord) -> list[tuple[int, InitialisationStep]]:
    return [(event.sequence, event.step) for event in await ProjectDocument.events_after(project.id, 0) or []]


async def tree(world: World, project: ProjectRecord) -> dict[str, tuple[str, int]]:
    files = (await world.files.tree([project.id]))[project.id]
    return {file.path: (file.sha256, file.version) for file in files}


async def test_goes_through_every_step_to_ready(world: World) -> None:
    project = await world.create(auto_start_sandbox=True)
    ready = await world.initialise(project)
    assert (ready.status, ready.step, ready.error_code) == (ProjectStatus.READY, InitialisationStep.DONE, None)
    assert await steps(project) == list(enumerate(STEPS, start=1))
    assert world.sandboxes.started == [project.id]
    assert set(await tree(world, project)) == {".gitignore", "README.md", "haiku.txt", "main.py"}


async def test_starts_no_sandbox_unless_asked(world: World) -> None:
    project = await world.create()
    await world.initialise(project)
    assert InitialisationStep.STARTING_SANDBOX not in [step for _, step in await steps(project)]
    assert world.sandboxes.started == []


async def test_keeps_template_bytes_by_reference_and_changed_ones_of_its_own(world: World) -> None:
    project = await world.initialise(await world.create("express", configuration=WITH_PACKAGE))
    scopes = {file.path: file.scope for file in (await world.files.tree([project.id]))[project.id]}
    assert scopes.pop("package.json") == f"projects/{project.id}"
    assert set(scopes.values()) == {"templates"}
    manifest = await world.files.content(await world.files.get(ALICE, project.id, "package.json"))
    assert b'"left-pad": "1.3.0"' in manifest


async def test_counts_the_use_of_the_template_once(world: World) -> None:
    project = await world.create()
    key = initialisation_key(project.id, 1)
    await asyncio.gather(*(world.initialisation().run(key) for _ in range(3)))
    await world.initialisation().run(key)
    assert await world.popularity(project) == 1


async def test_goes_on_where_its_template_is_gone(world: World) -> None:
    begun, ready = await world.create("express"), await world.ready("express")
    shutil.rmtree(world.folder / "express")
    await world.intake.take_in(BundledTemplates(world.folder))
    assert not (await world.templates.get(ready.template_id)).is_active
    for project in (await world.initialise(begun), ready):
        assert project.status is ProjectStatus.READY
        assert b"express" in await world.files.content(await world.files.get(ALICE, project.id, "package.json"))
    with pytest.raises(TemplateNotFound, match="no longer offered"):
        await world.projects.create(ALICE, NewProject("Late", ready.template_id), None)


async def test_is_of_the_revision_that_was_there_at_its_creation(world: World) -> None:
    configured = await world.create("express", configuration=WITH_PACKAGE)
    plain = await world.create("express")
    undisturbed = await world.initialise(await world.create("express"))
    await world.change_template("express", "package.json", b"{}")
    await world.change_template("express", "new.txt", b"new")
    await world.initialise(plain)
    assert await tree(world, plain) == await tree(world, undisturbed)
    ready = await world.initialise(configured)
    manifest = await world.files.content(await world.files.get(ALICE, configured.id, "package.json"))
    assert b'"left-pad": "1.3.0"' in manifest
    assert ready.template_revision == configured.template_revision == plain.template_revision
    assert "new.txt" in await tree(world, await world.initialise(await world.create("express")))


async def test_a_revision_that_is_gone_gives_way_to_the_present_one(world: World, tmp_path: Path) -> None:
    project = await world.create("express")
    await world.change_template("express", "new.txt", b"new")
    await world.database["template_cache"].delete_one({"revision": project.template_revision})
    world.templates = TemplateService(LocalBlobStore(tmp_path / "blobs"))  # One that remembers nothing.
    ready = await world.initialise(project)
    assert "new.txt" in await tree(world, project)
    assert ready.template_revision == (await world.templates.get(project.template_id)).revision


async def test_notes_what_starts_the_files_that_were_stored(world: World) -> None:
    configuration = ProjectConfiguration(typescript=True, package_manager=PackageManager.PNPM)
    plain, configured = await world.create("express"), await world.create("express", configuration=configuration)
    assert (plain.start_command, configured.start_command) == (None, None)
    assert (await world.initialise(plain)).start_command == "npm install && npm run dev"
    assert (await world.initialise(configured)).start_command == "pnpm install && pnpm run dev"


async def test_takes_no_look_at_blobs(world: World, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "blobs")
    project = await world.create("express")
    assert (await world.initialise(project)).status is ProjectStatus.READY
    files = (await world.files.tree([project.id]))[project.id]
    listing = (await world.templates.files([project.template_id]))[project.template_id]
    told = [(file.path, file.sha256, file.size, file.executable, file.is_binary) for file in files]
    assert told == [(file.path, file.sha256, file.size, file.executable, file.is_binary) for file in listing]


async def test_files_and_the_end_of_their_step_come_together(world: World) -> None:
    project = await world.create()
    held = HeldFiles(world.files)
    slow = asyncio.create_task(world.initialisation(held).run(initialisation_key(project.id, 1)))
    await held.waiting.wait()
    # As where the owner has it tried again meanwhile.
    change = {"$set": {"attempt": 2}}
    await world.database["projects"].update_one({"_id": project.id}, change)
    held.go.set()
    await slow
    assert await tree(world, project) == {}
    assert (await world.stored(project.id))["step"] == "STORING_FILES"


async def test_files_of_an_older_server_end_their_step(world: World) -> None:
    project = await world.create()
    starter = Starter(world.templates, project.template_id, None, ProjectConfiguration())
    assert await world.files.import_files(project.id, await starter.files(), ALICE)
    ready = await world.initialise(project)
    assert (ready.status, ready.revision) == (ProjectStatus.READY, 1)


async def test_is_finished_wherever_it_was_cut_off(world: World) -> None:
    expected, cut = None, 0
    for at in itertools.count(1, 3):
        await cut_short(world.create("express", configuration=WITH_PACKAGE, key=f"{at}"), at)
        project = await world.create("express", configuration=WITH_PACKAGE, key=f"{at}")
        is_cut = await cut_short(world.initialisation().run(initialisation_key(project.id, 1)), at)
        ready = await world.initialise(project)
        assert (ready.status, ready.revision) == (ProjectStatus.READY, 1), at
        assert [sequence for sequence, _ in await steps(project)] == [1, 2, 3, 4, 5]
        expected = expected or await tree(world, project)
        assert await tree(world, project) == expected
        assert await world.popularity(project) == cut + 1
        assert len((await world.projects.list(ALICE, ProjectFilter(), PageRequest())).items) == 1
        await world.database["projects"].delete_many({})
        if not is_cut:
            break
        cut += 1
    assert cut > 8


@pytest.mark.parametrize("sequence", range(2, 7))
async def test_resumes_after_a_death_behind_any_step(world: World, sequence: int) -> None:
    project = await world.create("express", configuration=WITH_PACKAGE, auto_start_sandbox=True)
    key, bus = initialisation_key(project.id, 1), MortalBus(dies_before=sequence)
    with pytest.raises(Killed):
        await world.initialisation(bus=bus).run(key)
    await world.initialisation(bus=bus).run(key)
    undisturbed = await world.initialise(await world.create("express", configuration=WITH_PACKAGE))
    assert (await world.projects.get(ALICE, project.id)).status is ProjectStatus.READY
    assert await steps(project) == list(enumerate(STEPS, start=1))
    assert await tree(world, project) == await tree(world, undisturbed)


@pytest.mark.parametrize("sequence", range(2, 7))
async def test_a_run_after_a_death_tells_the_change_that_was_not_told(world: World, sequence: int) -> None:
    project = await world.create("express", auto_start_sandbox=True)
    key, bus = initialisation_key(project.id, 1), MortalBus(dies_before=sequence)
    heard = []
    async with bus.subscribe(f"project:{project.id}") as events:
        with pytest.raises(Killed):
            await world.initialisation(bus=bus).run(key)
        await world.initialisation(bus=bus).run(key)
        await bus.close()
        heard = [event["sequence"] async for event in events if event]
    assert [sequence for sequence, _ in itertools.groupby(heard)] == [1, 2, 3, 4, 5, 6]


async def test_several_runs_at_once_do_no_harm(world: World) -> None:
    project = await world.create("express", configuration=WITH_PACKAGE, auto_start_sandbox=True)
    key = initialisation_key(project.id, 1)
    await asyncio.gather(*(world.initialisation().run(key) for _ in range(4)))
    ready = await world.projects.get(ALICE, project.id)
    assert (ready.status, ready.revision) == (ProjectStatus.READY, 1)
    assert await steps(project) == list(enumerate(STEPS, start=1))
    assert {version for _, version in (await tree(world, project)).values()} == {1}


async def test_a_run_that_was_overtaken_changes_nothing(world: World) -> None:
    project = await world.create()
    held = HeldFiles(world.files)
    slow = asyncio.create_task(world.initialisation(held).run(initialisation_key(project.id, 1)))
    await held.waiting.wait()
    await world.initialise(project)
    await world.files.save(ALICE, project.id, "main.py", b"print('mine')", 1)
    before = await world.stored(project.id)
    held.go.set()
    await slow
    assert await world.stored(project.id) == before
    assert (await tree(world, project))["main.py"] == (hashlib.sha256(b"print('mine')").hexdigest(), 2)


async def test_a_deletion_in_its_middle_wins(world: World) -> None:
    project = await world.create()
    held = HeldFiles(world.files)
    slow = asyncio.create_task(world.initialisation(held).run(initialisation_key(project.id, 1)))
    await held.waiting.wait()
    await world.projects.delete(ALICE, project.id)
    held.go.set()
    await slow
    assert (await world.stored(project.id))["status"] == "DELETING"
    assert await tree(world, project) == {}


async def test_a_sandbox_that_does_not_start_is_an_error_that_can_be_tried_again(world: World) -> None:
    world.sandboxes.failure = ProviderUnavailable("The host is full.")
    project = await world.create(auto_start_sandbox=True)
    failed = await world.initialise(project)
    assert (failed.status, failed.step) == (ProjectStatus.ERROR, InitialisationStep.STARTING_SANDBOX)
    assert failed.error_code == "PROVIDER_UNAVAILABLE"
    assert failed.error_message == "Starting the sandbox failed: The host is full."
    world.sandboxes.failure = None
    again = await world.projects.retry(ALICE, project.id)
    assert (again.status, again.attempt, again.error_code) == (ProjectStatus.INITIALIZING, 2, None)
    assert (await world.initialise(again)).status is ProjectStatus.READY
    assert await world.popularity(project) == 1


async def test_an_attempt_that_was_given_up_does_not_work_on_the_next(world: World) -> None:
    world.sandboxes.failure = ProviderUnavailable("The host is full.")
    project = await world.create(auto_start_sandbox=True)
    await world.initialise(project)
    await world.projects.retry(ALICE, project.id)
    before = await world.stored(project.id)
    await world.initialisation().run(initialisation_key(project.id, 1))
    await world.initialisation().give_up(initialisation_key(project.id, 1), "worn out")
    assert await world.stored(project.id) == before


async def test_what_nobody_expected_is_masked_and_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.sandboxes.failure = RuntimeError("secret at 10.0.0.7")
    failed = await world.initialise(await world.create(auto_start_sandbox=True))
    assert failed.error_code == "INTERNAL"
    assert failed.error_message == "Starting the sandbox failed: something went wrong in the server."
    assert "secret at 10.0.0.7" in caplog.text


async def test_a_database_that_is_away_leaves_the_work_to_the_next_run(world: World) -> None:
    world.sandboxes.failure = AutoReconnect("gone")
    project = await world.create(auto_start_sandbox=True)
    with pytest.raises(AutoReconnect):
        await world.initialise(project)
    assert (await world.projects.get(ALICE, project.id)).status is ProjectStatus.INITIALIZING
    world.sandboxes.failure = None
    assert (await world.initialise(project)).status is ProjectStatus.READY


async def test_a_job_that_failed_for_good_ends_in_an_error(world: World) -> None:
    project = await world.create()
    await world.initialisation().give_up(initialisation_key(project.id, 1), "worn out")
    failed = await world.projects.get(ALICE, project.id)
    assert (failed.status, failed.error_code) == (ProjectStatus.ERROR, "INTERNAL")


async def test_a_project_that_is_gone_is_passed_over(world: World) -> None:
    project = await world.create()
    await world.database["projects"].delete_one({"_id": project.id})
    await world.initialisation().run(initialisation_key(project.id, 1))
    assert await world.stored(project.id) is None


async def test_a_template_that_vanished_is_an_error(world: World) -> None:
    project = await world.create()
    await world.database["project_templates"].delete_one({"_id": project.template_id})
    failed = await world.initialise(project)
    assert (failed.status, failed.error_code) == (ProjectStatus.ERROR, "NOT_FOUND")
    assert failed.step is InitialisationStep.COPYING_FILES
