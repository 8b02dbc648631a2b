import asyncio
from pathlib import Path

from bson import ObjectId

from aura_gql.projects import template_options
from aura_gql.projects.configuration.options import OptionOutcome
from aura_gql.projects.template_options import TemplateOptions
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobKey
from aura_gql.templates.records import BLOB_SCOPE
from tests.projects.world import World


async def told(options: TemplateOptions, *template_ids: ObjectId) -> dict[ObjectId, tuple[OptionOutcome, ...]]:
    """The outcomes, where all can be told."""
    found = await options.of(template_ids)
    return {template_id: one for template_id, one in found.items() if not isinstance(one, BaseException)}


async def test_outcomes_are_found_out_once_for_each_revision(world: World) -> None:
    options = TemplateOptions(world.templates)
    express, script = await world.template("express"), await world.template("python-script")
    unknown = ObjectId()
    first, again = await asyncio.gather(told(options, express, script, unknown), told(options, express))
    assert first.keys() == {express, script}
    assert again[express] is first[express]
    assert [one.is_applicable for one in first[express]] == [True, True, True, False, True, True]
    assert not any(one.is_applicable for one in first[script])
    await world.change_template("express", "package.json", b'{"dependencies": {"egg": "2"}}')
    assert "Egg" in ((await told(options, express))[express][0].reason or "")
    assert (await told(options, script))[script] is first[script]


async def test_a_template_that_is_too_large_can_not_be_changed(world: World) -> None:
    template_id = await world.template("express")
    manifests = world.database["template_cache"]
    found = await manifests.find_one({"template_id": template_id})
    assert found is not None
    files = [{**found["files"][0], "path": f"{number}.md"} for number in range(1_001)]
    await manifests.update_one({"_id": found["_id"]}, {"$set": {"files": files}})
    outcomes = (await told(TemplateOptions(world.templates), template_id))[template_id]
    assert all("1,001 files" in (one.reason or "") for one in outcomes)


async def test_memory_is_bounded(world: World) -> None:
    options = TemplateOptions(world.templates)
    for number in range(template_options.MAX_KEPT + 3):
        options._keep(str(number).encode(), ())
    assert len(options._kept) == template_options.MAX_KEPT


async def test_a_template_that_can_not_be_read_keeps_no_other_back(world: World, tmp_path: Path) -> None:
    express, script = await world.template("express"), await world.template("python-script")
    [lost] = [file for file in (await world.templates.files([express]))[express] if file.path == "package.json"]
    await LocalBlobStore(tmp_path / "blobs").delete(BlobKey(BLOB_SCOPE, lost.sha256))
    outcomes = await TemplateOptions(world.templates).of([express, script])
    assert isinstance(outcomes[express], BlobNotFound)
    assert not isinstance(outcomes[script], BaseException)
