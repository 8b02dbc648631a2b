import hashlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import PackageManager, PackageRequest, ProjectConfiguration
from aura_gql.projects.starter import Starter
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobKey
from aura_gql.templates.errors import TemplateNotFound
from aura_gql.templates.service import TemplateService
from aura_gql.templates.sources.bundled import BundledTemplates
from tests.projects.world import World


def starter_of(world: World, template_id: ObjectId, configuration: ProjectConfiguration) -> Starter:
    return Starter(world.templates, template_id, None, configuration)


async def test_without_configuration_all_is_by_reference(world: World) -> None:
    template_id = await world.template("express")
    files = await starter_of(world, template_id, ProjectConfiguration()).files()
    listing = (await world.templates.files([template_id]))[template_id]
    assert [(file.path, file.content) for file in files] == [
        (file.path, BlobKey("templates", file.sha256)) for file in sorted(listing, key=lambda file: file.path)
    ]


async def test_what_changes_comes_as_bytes(world: World) -> None:
    configuration = ProjectConfiguration(typescript=True, package_manager=PackageManager.PNPM)
    files = {
        file.path: file for file in await starter_of(world, await world.template("express"), configuration).files()
    }
    assert "server.js" not in files
    assert isinstance(files["public/index.html"].content, BlobKey)
    for path in ("package.json", "server.ts", "tsconfig.json", "README.md"):
        content = files[path].content
        assert isinstance(content, bytes)
        assert files[path].size == len(content)


class Watched(tuple[PackageRequest, ...]):
    """Packages that note which threads look at them."""

    def __iter__(self) -> Iterator[PackageRequest]:
        """As a tuple does."""
        seen_in.add(threading.current_thread())
        return super().__iter__()


seen_in: set[threading.Thread] = set()


async def test_a_configuration_is_applied_beside_the_event_loop(world: World) -> None:
    configuration = ProjectConfiguration(additional_dependencies=Watched([PackageRequest("zod")]))
    assert await starter_of(world, await world.template("express"), configuration).files()
    assert seen_in
    assert threading.current_thread() not in seen_in


async def test_gives_the_same_again(world: World) -> None:
    configuration = ProjectConfiguration(typescript=True, eslint=True, prettier=True)
    template_id = await world.template("express")
    first = await starter_of(world, template_id, configuration).files()
    assert await starter_of(world, template_id, configuration).files() == first
    assert len({hashlib.sha256(file.path.encode()).digest() for file in first}) == len(first)


async def test_says_what_can_not_be(world: World) -> None:
    with pytest.raises(TemplateNotFound):
        await starter_of(world, ObjectId(), ProjectConfiguration()).files()
    with pytest.raises(OptionNotApplicable):
        await starter_of(world, await world.template("python-script"), ProjectConfiguration(eslint=True)).files()


async def test_is_of_one_revision_throughout(world: World, tmp_path: Path) -> None:
    template_id, configuration = await world.template("express"), ProjectConfiguration(eslint=True)
    before = await world.templates.manifest(template_id)
    begun = starter_of(world, template_id, configuration)
    await begun.manifest()
    files = await starter_of(world, template_id, configuration).files()
    await world.change_template("express", "package.json", b"{}")
    assert await begun.files() == files
    assert await Starter(world.templates, template_id, before.revision, configuration).files() == files
    present = await world.templates.manifest(template_id)
    assert present.revision != before.revision
    await world.database["template_cache"].delete_one({"revision": before.revision})
    forgetful = TemplateService(LocalBlobStore(tmp_path / "blobs"))
    gone = Starter(forgetful, template_id, before.revision, ProjectConfiguration())
    assert await gone.manifest() == present


async def test_is_started_as_its_revision_says(world: World) -> None:
    template_id = await world.template("express")
    before = await world.templates.manifest(template_id)
    described = world.folder / "express" / "template.toml"
    described.write_text(described.read_text().replace("npm run dev", "npm run other"))
    await world.intake.take_in(BundledTemplates(world.folder))
    for revision, command in ((before.revision, "npm run dev"), (None, "npm run other")):
        starter = Starter(world.templates, template_id, revision, ProjectConfiguration())
        assert await starter.start_command() == f"npm install && {command}"
    # Of a manifest that notes none the template's present one is what is known.
    await world.database["template_cache"].update_many({}, {"$unset": {"start_command": ""}})
    forgetful = TemplateService(LocalBlobStore(world.folder))
    starter = Starter(forgetful, template_id, before.revision, ProjectConfiguration())
    assert await starter.start_command() == "npm install && npm run other"


async def test_reads_no_byte_where_nothing_is_to_be_changed(world: World, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "blobs")
    template_id = await world.template("express")
    assert await starter_of(world, template_id, ProjectConfiguration()).files()
    with pytest.raises(BlobNotFound):
        await starter_of(world, template_id, ProjectConfiguration(eslint=True)).files()
