import hashlib

import pytest
from bson import ObjectId

from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import PackageManager, ProjectConfiguration
from aura_gql.projects.starter import starter_files
from aura_gql.storage.ports import BlobKey
from aura_gql.templates.errors import TemplateNotFound
from tests.projects.world import World


async def test_without_configuration_all_is_by_reference(world: World) -> None:
    template_id = await world.template("express")
    files = await starter_files(world.templates, template_id, ProjectConfiguration())
    listing = (await world.templates.files([template_id]))[template_id]
    assert [(file.path, file.content) for file in files] == [
        (file.path, BlobKey("templates", file.sha256)) for file in sorted(listing, key=lambda file: file.path)
    ]


async def test_what_changes_comes_as_bytes(world: World) -> None:
    configuration = ProjectConfiguration(typescript=True, package_manager=PackageManager.PNPM)
    files = {
        file.path: file for file in await starter_files(world.templates, await world.template("express"), configuration)
    }
    assert "server.js" not in files
    assert isinstance(files["public/index.html"].content, BlobKey)
    for path in ("package.json", "server.ts", "tsconfig.json", "README.md"):
        content = files[path].content
        assert isinstance(content, bytes)
        assert files[path].size == len(content)


async def test_gives_the_same_again(world: World) -> None:
    configuration = ProjectConfiguration(typescript=True, eslint=True, prettier=True)
    template_id = await world.template("express")
    first = await starter_files(world.templates, template_id, configuration)
    assert await starter_files(world.templates, template_id, configuration) == first
    assert len({hashlib.sha256(file.path.encode()).digest() for file in first}) == len(first)


async def test_says_what_can_not_be(world: World) -> None:
    with pytest.raises(TemplateNotFound):
        await starter_files(world.templates, ObjectId(), ProjectConfiguration())
    with pytest.raises(OptionNotApplicable):
        await starter_files(world.templates, await world.template("python-script"), ProjectConfiguration(eslint=True))
