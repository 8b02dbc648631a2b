import asyncio

from bson import ObjectId

from aura_gql.projects import template_options
from aura_gql.projects.template_options import TemplateOptions
from tests.projects.world import World


async def test_outcomes_are_found_out_once_for_each_revision(world: World) -> None:
    options = TemplateOptions(world.templates)
    express, script = await world.template("express"), await world.template("python-script")
    unknown = ObjectId()
    first, again = await asyncio.gather(options.of([express, script, unknown]), options.of([express]))
    assert first.keys() == {express, script}
    assert again[express] is first[express]
    assert [one.is_applicable for one in first[express]] == [True, True, True, False, True, True]
    assert not any(one.is_applicable for one in first[script])
    await world.change_template("express", "package.json", b'{"dependencies": {"egg": "2"}}')
    assert "Egg" in ((await options.of([express]))[express][0].reason or "")
    assert (await options.of([script]))[script] is first[script]


async def test_a_template_that_is_too_large_can_not_be_changed(world: World) -> None:
    template_id = await world.template("express")
    manifests = world.database["template_cache"]
    found = await manifests.find_one({"template_id": template_id})
    assert found is not None
    files = [{**found["files"][0], "path": f"{number}.md"} for number in range(1_001)]
    await manifests.update_one({"_id": found["_id"]}, {"$set": {"files": files}})
    outcomes = (await TemplateOptions(world.templates).of([template_id]))[template_id]
    assert all("1,001 files" in (one.reason or "") for one in outcomes)


async def test_memory_is_bounded(world: World) -> None:
    options = TemplateOptions(world.templates)
    for number in range(template_options.MAX_KEPT + 3):
        options._keep(str(number).encode(), ())
    assert len(options._kept) == template_options.MAX_KEPT
