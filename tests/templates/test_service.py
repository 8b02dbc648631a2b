"""The catalogue, read as the rooms above read it."""

from dataclasses import replace
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.infra.mongo import Database
from aura_gql.kernel.page import PageRequest
from aura_gql.storage.errors import BlobNotFound
from aura_gql.templates.errors import TemplateFileNotFound, TemplateNotFound
from aura_gql.templates.records import CategoryRecord, DependencyKind, TemplateFacetName, TemplateFilter, TemplateOrder
from aura_gql.templates.service import TemplateService
from tests.support.templates import FolderIntake, write_template

PACKAGE = (
    b'{"dependencies": {"vue": "^3"}, "devDependencies": {"vite": "^8"}, "optionalDependencies": {"bufferutil": "4"}}'
)

STATS: list[dict[str, object]] = [{"$indexStats": {}}]


async def slugs(
    templates: TemplateService,
    wanted: TemplateFilter | None = None,
    order: TemplateOrder = TemplateOrder.NAME,
) -> list[str]:
    """The slugs of all that match, in one page."""
    page = await templates.list(wanted, order, PageRequest(100))
    assert await page.count() == len(page.items)
    assert not page.has_next
    return [template.slug for template in page.items]


@pytest.fixture
async def catalogue(templates: TemplateService, intake: FolderIntake, folder: Path) -> TemplateService:
    """Five templates, loaded."""
    write_template(folder, "node-http", name="Node HTTP server", tags=["http", "json"])
    write_template(folder, "node-cli", name="a Node command", tags=["cli"], category="scripting")
    write_template(folder, "py-web", name="Python web", type_="python", tags=["http"], description="The C++-free way")
    write_template(folder, "vue-spa", name="Vue", type_="vue", category="frontend", files={"package.json": PACKAGE})
    write_template(
        folder, "zebra", name="Zebra", description="A page of žebra stripes", type_="static", category="frontend"
    )
    await intake.load()
    return templates


async def test_filters_match_all_that_is_given(catalogue: TemplateService) -> None:
    for wanted, expected in [
        (TemplateFilter(), ["node-cli", "node-http", "py-web", "vue-spa", "zebra"]),
        (TemplateFilter(category="frontend"), ["vue-spa", "zebra"]),
        (TemplateFilter(type="python"), ["py-web"]),
        (TemplateFilter(tags=["http"]), ["node-http", "py-web"]),
        (TemplateFilter(tags=["http", "json"]), ["node-http"]),
        (TemplateFilter(category="backend", type="node", tags=["http"], text="serv"), ["node-http"]),
        (TemplateFilter(dependency="vue"), ["vue-spa"]),
        (TemplateFilter(dependency="bufferutil", type="vue"), ["vue-spa"]),
        (TemplateFilter(dependency="vu"), []),
        (TemplateFilter(dependency=""), []),
        (TemplateFilter(dependency="$exists"), []),
        (TemplateFilter(category="backend", type="vue"), []),
        (TemplateFilter(category="no such"), []),
        (TemplateFilter(category="$where"), []),
    ]:
        assert await slugs(catalogue, wanted) == expected, wanted


async def test_text_matches_the_beginnings_of_words(catalogue: TemplateService) -> None:
    for text, expected in [
        ("", ["node-cli", "node-http", "py-web", "vue-spa", "zebra"]),
        ("  +-*/.\\^$ ", ["node-cli", "node-http", "py-web", "vue-spa", "zebra"]),
        ("no", ["node-cli", "node-http"]),
        ("NODE ser", ["node-http"]),
        ("ser node", ["node-http"]),
        ("ode", []),
        ("the", ["py-web"]),
        ("the c++", ["py-web"]),
        ("zebra", ["zebra"]),
        ("Žeb", ["zebra"]),
        ("node.*", ["node-cli", "node-http"]),
        ("vue python", []),
        ("json", ["node-http"]),
        ("frontend", ["vue-spa", "zebra"]),
    ]:
        assert await slugs(catalogue, TemplateFilter(text=text)) == expected, text


async def test_orders(catalogue: TemplateService, intake: FolderIntake, folder: Path) -> None:
    zebra, vue = await catalogue.get_by_slug("zebra"), await catalogue.get_by_slug("vue-spa")
    for used in (zebra, zebra, vue):
        await catalogue.record_use(used.id)
    write_template(folder, "a-late-one", name="Late")
    await intake.load()
    popular = ["zebra", "vue-spa", "node-cli", "a-late-one", "node-http", "py-web"]
    assert await slugs(catalogue, order=TemplateOrder.POPULAR) == popular
    assert (await slugs(catalogue, order=TemplateOrder.NEWEST))[0] == "a-late-one"
    assert (await catalogue.get(zebra.id)).popularity == 2


@pytest.mark.parametrize("order", TemplateOrder)
@pytest.mark.parametrize("size", [1, 2, 5])
async def test_pages_give_each_template_once(catalogue: TemplateService, order: TemplateOrder, size: int) -> None:
    expected = await slugs(catalogue, order=order)
    seen: list[str] = []
    after = None
    while True:
        page = await catalogue.list(order=order, page=PageRequest(size, after))
        assert page.has_previous == (after is not None)
        assert len(page.cursors) == len(page.items)
        seen += [template.slug for template in page.items]
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert seen == expected


async def test_pages_stay_in_place_when_templates_come_and_go(
    catalogue: TemplateService, intake: FolderIntake, folder: Path
) -> None:
    page = await catalogue.list(order=TemplateOrder.NAME, page=PageRequest(2))
    assert [template.slug for template in page.items] == ["node-cli", "node-http"]
    write_template(folder, "aa", name="AA")
    write_template(folder, "w", name="W")
    await intake.load()
    page = await catalogue.list(order=TemplateOrder.NAME, page=PageRequest(10, page.cursors[-1]))
    assert [template.slug for template in page.items] == ["py-web", "vue-spa", "w", "zebra"]


async def test_one_and_many(catalogue: TemplateService) -> None:
    zebra = await catalogue.get_by_slug("zebra")
    assert zebra.source == "bundled"
    assert await catalogue.get(zebra.id) == zebra
    assert await catalogue.get_many([zebra.id, ObjectId()]) == {zebra.id: zebra}
    with pytest.raises(TemplateNotFound):
        await catalogue.get(ObjectId())
    with pytest.raises(TemplateNotFound):
        await catalogue.get_by_slug("no-such")
    await catalogue.record_use(ObjectId())


async def test_categories_are_counted(catalogue: TemplateService) -> None:
    assert await catalogue.categories() == [
        CategoryRecord("backend", 2),
        CategoryRecord("frontend", 2),
        CategoryRecord("scripting", 1),
    ]


async def test_files_and_their_bytes(catalogue: TemplateService) -> None:
    node, vue = await catalogue.get_by_slug("node-http"), await catalogue.get_by_slug("vue-spa")
    files = await catalogue.files([node.id, vue.id, ObjectId()])
    assert set(files) == {node.id, vue.id}
    assert [(file.path, file.executable) for file in files[node.id]] == [("README.md", False), ("run.sh", True)]
    assert (node.file_count, node.total_size) == (2, sum(file.size for file in files[node.id]))
    assert await catalogue.read_file(node.id, "run.sh") == b"#!/bin/sh\necho ran\n"
    for path in ("run", "", "../run.sh", "$files", "$$ROOT", "RUN.SH"):
        with pytest.raises(TemplateFileNotFound):
            await catalogue.read_file(node.id, path)
    with pytest.raises(TemplateNotFound):
        await catalogue.read_file(ObjectId(), "run.sh")


async def test_many_contents_at_once(catalogue: TemplateService) -> None:
    node, vue = await catalogue.get_by_slug("node-http"), await catalogue.get_by_slug("vue-spa")
    files = [file for listed in (await catalogue.files([node.id, vue.id])).values() for file in listed]
    contents = await catalogue.contents([*files, *files])
    assert contents == {file.sha256: await catalogue.content(file) for file in files}
    assert len(contents) == 3
    assert await catalogue.contents([]) == {}
    # One that is lost takes none of the others with it.
    lost = replace(files[0], sha256="0" * 64)
    contents = await catalogue.contents([lost, *files])
    assert isinstance(contents.pop(lost.sha256), BlobNotFound)
    assert contents == await catalogue.contents(files)


async def test_content_is_that_of_the_listed_revision(
    catalogue: TemplateService, intake: FolderIntake, folder: Path
) -> None:
    vue = await catalogue.get_by_slug("vue-spa")
    listed = (await catalogue.files([vue.id]))[vue.id][0]
    write_template(folder, "vue-spa", files={"package.json": b"{}"})
    await intake.load()
    assert await catalogue.content(listed) == PACKAGE
    assert await catalogue.read_file(vue.id, "package.json") == b"{}"


async def test_dependencies(catalogue: TemplateService) -> None:
    node, vue = await catalogue.get_by_slug("node-http"), await catalogue.get_by_slug("vue-spa")
    dependencies = await catalogue.dependencies([node.id, vue.id, ObjectId()])
    assert set(dependencies) == {node.id, vue.id}
    assert dependencies[node.id] == []
    assert [(found.name, found.version, found.kind) for found in dependencies[vue.id]] == [
        ("vue", "^3", DependencyKind.RUNTIME),
        ("vite", "^8", DependencyKind.DEVELOPMENT),
        ("bufferutil", "4", DependencyKind.OPTIONAL),
    ]


async def test_every_read_is_one_indexed_query(catalogue: TemplateService, database: Database) -> None:
    page = await catalogue.list(page=PageRequest(2))
    ids = [template.id for template in (await catalogue.list()).items]
    reads = 0
    await database.command("profile", 2)
    for order in TemplateOrder:
        for wanted in (
            TemplateFilter(),
            TemplateFilter(category="backend"),
            TemplateFilter(type="node"),
            TemplateFilter(tags=["http"]),
            TemplateFilter(dependency="vue"),
            TemplateFilter(text="node ser"),
            TemplateFilter(text="node-ser"),
            TemplateFilter("backend", "node", ["http"], "s"),
        ):
            first = await catalogue.list(wanted, order, PageRequest(1))
            await (await catalogue.list(wanted, order, PageRequest(2, first.cursors[-1]))).count()
            reads += 3
    for facet in TemplateFacetName:
        await catalogue.facet(TemplateFilter(text="n"), facet)
        reads += 1
    await catalogue.get(ids[0])
    await catalogue.get_by_slug("zebra")
    await catalogue.get_many(ids)
    await catalogue.categories()
    await catalogue.files(ids)
    await catalogue.dependencies(ids)
    await catalogue.read_file(ids[0], (await catalogue.files(ids))[ids[0]][0].path)
    await catalogue.record_use(ids[0])
    await database.command("profile", 0)
    entries = [entry async for entry in database["system.profile"].find({"ns": f"{database.name}.project_templates"})]
    assert len(entries) == reads + 9
    assert len(page.items) == 2
    for entry in entries:
        assert "skip" not in str(entry["command"])
        plan = entry["planSummary"]
        assert "COLLSCAN" not in plan, entry
        assert "IXSCAN" in plan or "IDHACK" in plan or "COUNT_SCAN" in plan or "DISTINCT_SCAN" in plan, entry
    for collection in ("template_cache", "template_dependencies"):
        used = {index["name"]: index["accesses"]["ops"] async for index in await database[collection].aggregate(STATS)}
        assert any(name.startswith("template_id_1") and uses > 0 for name, uses in used.items()), used
