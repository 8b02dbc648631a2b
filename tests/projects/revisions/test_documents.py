"""A replaced revision stays for a day, and for as long as a project without files is to be made from it."""

from datetime import timedelta

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.projects.records import ProjectConfiguration, ProjectStatus
from aura_gql.projects.revisions.documents import find_needed
from aura_gql.templates.cache.retention import REPLACED_KEPT, ManifestRetention
from tests.projects.world import World


async def test_a_revision_stays_as_long_as_a_project_needs_it(world: World) -> None:
    retention = ManifestRetention(find_needed)
    world.sandboxes.failure = ProviderUnavailable("The host is full.")
    unfinished = await world.create("express", configuration=ProjectConfiguration(eslint=True))
    await world.initialise(await world.create("express", auto_start_sandbox=True))
    await world.initialise(await world.create("python-script"))
    for slug in ("express", "python-script"):
        await world.change_template(slug, "new.txt", b"new")
    manifests = world.database["template_cache"]
    assert (await retention.drop(), await manifests.count_documents({})) == (0, 4)

    long_ago = utcnow() - REPLACED_KEPT - timedelta(minutes=1)
    await manifests.update_many({"replaced_at": {"$ne": None}}, {"$set": {"replaced_at": long_ago}})
    assert (await retention.drop(), await manifests.count_documents({})) == (1, 3)
    await world.database["projects"].update_one({"_id": unfinished.id}, {"$set": {"status": "ERROR"}})
    assert await retention.drop() == 0

    await world.database["projects"].update_one({"_id": unfinished.id}, {"$set": {"status": "INITIALIZING"}})
    ready = await world.initialise(unfinished)
    assert (ready.status, ready.template_revision) == (ProjectStatus.READY, unfinished.template_revision)
    assert (await retention.drop(), await manifests.count_documents({})) == (1, 2)
    assert await manifests.count_documents({"replaced_at": None}) == 2


async def test_a_revision_that_came_back_meanwhile_stays(world: World) -> None:
    old = (await world.templates.get_by_slug("express")).revision
    package = (world.folder / "express" / "files" / "package.json").read_bytes()
    await world.change_template("express", "package.json", b"{}")
    long_ago = utcnow() - 2 * REPLACED_KEPT
    await world.database["template_cache"].update_one({"revision": old}, {"$set": {"replaced_at": long_ago}})

    async def needed(revisions: object) -> set[str]:
        assert revisions == {old}
        await world.change_template("express", "package.json", package)
        return set()

    assert await ManifestRetention(needed).drop() == 0
    assert (await world.templates.manifest(await world.template("express"))).revision == old
    assert await world.templates.manifest(await world.template("express"))
