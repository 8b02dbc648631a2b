"""The catalogue, searched as a person does who types into a box."""

from dataclasses import replace
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import PageRequest
from aura_gql.templates.records import FacetRecord, TemplateFacetName, TemplateFilter, TemplateOrder
from aura_gql.templates.service import TemplateService
from tests.support.templates import FolderIntake, package_json, remove_template, write_template

RELEVANCE = TemplateOrder.RELEVANCE
EVERYTHING = 13
FIELDS = {
    TemplateFacetName.CATEGORY: "category",
    TemplateFacetName.TYPE: "type",
    TemplateFacetName.TAG: "tags",
    TemplateFacetName.DEPENDENCY: "dependency",
}


@pytest.fixture
async def catalogue(templates: TemplateService, intake: FolderIntake, folder: Path) -> TemplateService:
    """Templates that have the word `vue` in another place each, and some whose names are hard to type."""
    read_by_vue = {"README.md": b"# Hello\n\nWorks like the Vue one; see https://example.com/hidden\n"}
    write_template(folder, "a-readme", name="A page", files=read_by_vue)
    write_template(folder, "b-needs-it", name="B page", files=package_json(devDependencies={"vue": "^3"}))
    write_template(folder, "c-tells", name="C page", description="In the style of Vue")
    write_template(folder, "d-tagged", name="D page", tags=["vue"])
    write_template(folder, "e-inside", name="Pages in Vue")
    write_template(folder, "f-begins", name="Vue and more", tags=["vue"])
    write_template(folder, "vue", name="vue", type_="vue", category="frontend")
    write_template(folder, "cpp", name="C++ program", type_="c++", description="The next step")
    write_template(folder, "c-plain", name="C program")
    write_template(folder, "dotnet", name=".NET service", tags=["c#"])
    write_template(folder, "nextjs", name="Next.js", files=package_json(dependencies={"next": "1", "@next/env": "1"}))
    write_template(folder, "node", name="Node.js", tags=["javascript"])
    write_template(folder, "cafe", name="Café 日本語テンプレート 🚀")
    await intake.load()
    return templates


async def slugs(
    catalogue: TemplateService, text: str, order: TemplateOrder | None = None, size: int = 100, **wanted: object
) -> list[str]:
    """The slugs of all that match, page by page."""
    found: list[str] = []
    after, has_next = None, True
    while has_next:
        page = await catalogue.list(TemplateFilter(text=text, **wanted), order, PageRequest(size, after))  # type: ignore[arg-type]
        found += [template.slug for template in page.items]
        assert len(found) == len(set(found))
        after, has_next = page.cursors[-1] if page.cursors else None, page.has_next
    assert await page.count() == len(found)
    return found


async def test_the_best_place_of_a_word_ranks_a_template(catalogue: TemplateService) -> None:
    best_first = ["vue", "f-begins", "e-inside", "d-tagged", "c-tells", "b-needs-it", "a-readme"]
    for text in ("vue", "VUE", " vue! "):
        for size in (1, 2, 3, 100):
            assert await slugs(catalogue, text, RELEVANCE, size) == best_first, (text, size)
    assert await slugs(catalogue, "vue") == best_first
    # Two letters begin too much to be looked for in READMEs.
    assert await slugs(catalogue, "vu") == best_first[:-1]
    by_name = ["a-readme", "b-needs-it", "c-tells", "d-tagged", "e-inside", "vue", "f-begins"]
    assert await slugs(catalogue, "vue", TemplateOrder.NAME) == by_name


async def test_each_word_narrows_and_counts(catalogue: TemplateService) -> None:
    assert await slugs(catalogue, "vue page") == ["e-inside", "d-tagged", "c-tells", "b-needs-it", "a-readme"]
    assert await slugs(catalogue, "pages vue") == ["e-inside"]


async def test_names_are_found_however_they_are_typed(catalogue: TemplateService) -> None:
    for text, expected in [
        ("c++", ["cpp"]),
        ("C+", ["c-tells", "c-plain", "cpp", "cafe", "dotnet"]),
        ("c#", ["dotnet"]),
        (".net", ["dotnet"]),
        (".ne", ["dotnet", "nextjs", "b-needs-it", "cpp"]),
        ("node.js", ["node", "nextjs"]),
        ("nodejs", ["node"]),
        ("node-j", ["node", "nextjs"]),
        ("next.js", ["nextjs"]),
        ("nextj", ["nextjs"]),
        ("next js", ["nextjs"]),
        ("vuej", []),
        ("v ue", ["vue", "f-begins", "e-inside", "d-tagged", "c-tells", "b-needs-it", "a-readme"]),
        ("ag", []),
        ("@next/env", ["nextjs"]),
        ("@next/e", ["nextjs"]),
        ("the", ["c-tells", "cpp", "a-readme"]),
        ("cafe", ["cafe"]),
        ("CAFÉ", ["cafe"]),
        ("日本", ["cafe"]),
        ("テンプレ", ["cafe"]),
        ("hidden", ["a-readme"]),
        ("idden", []),
        ("vue.*", ["vue", "f-begins", "e-inside", "d-tagged", "c-tells", "b-needs-it", "a-readme"]),
        ("$where", []),
        ("vue zebra", []),
    ]:
        assert await slugs(catalogue, text) == expected, text
    for text in ("", "   ", "+++", "@", "🚀", "...", "\0"):
        assert len(await slugs(catalogue, text)) == EVERYTHING, text
        assert await slugs(catalogue, text, RELEVANCE) == await slugs(catalogue, text, TemplateOrder.POPULAR)


async def test_pages_stay_in_place_when_templates_come_go_and_change(
    catalogue: TemplateService, intake: FolderIntake, folder: Path
) -> None:
    wanted = TemplateFilter(text="vue")
    page = await catalogue.list(wanted, page=PageRequest(3))
    assert [template.slug for template in page.items] == ["vue", "f-begins", "e-inside"]
    remove_template(folder, "e-inside")
    write_template(folder, "first", name="Vue")
    write_template(folder, "late", name="A list", description="Of vue")
    write_template(folder, "b-needs-it", name="B page", description="Vue no more")
    await intake.load()
    await catalogue.record_use((await catalogue.get_by_slug("c-tells")).id)
    rest = await catalogue.list(wanted, page=PageRequest(10, page.cursors[-1]))
    assert [template.slug for template in rest.items] == ["d-tagged", "c-tells", "late", "b-needs-it", "a-readme"]


async def test_a_cursor_is_for_its_own_order_and_text(catalogue: TemplateService) -> None:
    vue, everything = TemplateFilter(text="vue"), TemplateFilter(text="?")
    cursors = {
        (wanted, order): (await catalogue.list(wanted, order, PageRequest(1))).cursors[0]
        for wanted, order in [
            (vue, RELEVANCE),
            (TemplateFilter(text="vu"), RELEVANCE),
            (everything, RELEVANCE),
            (everything, TemplateOrder.NAME),
        ]
    }
    for (wanted, order), cursor in cursors.items():
        for (other, other_order), other_cursor in cursors.items():
            if cursor == other_cursor:
                assert (await catalogue.list(other, other_order, PageRequest(1, cursor))).has_previous
                continue
            with pytest.raises(InvalidInput) as refused:
                await catalogue.list(other, other_order, PageRequest(1, cursor))
            assert refused.value.field == ("after",), (wanted, order)
    assert len(set(cursors.values())) == 4


async def test_each_value_of_a_facet_gives_what_it_promises(catalogue: TemplateService) -> None:
    chosen = TemplateFilter(category="backend", type="node", tags=["vue"], dependency="vue")
    for wanted in (TemplateFilter(), TemplateFilter(text="vue"), TemplateFilter(type="node"), chosen):
        for facet, field in FIELDS.items():
            offered = await catalogue.facet(wanted, facet)
            for record in offered:
                value = [record.value] if field == "tags" else record.value
                page = await catalogue.list(replace(wanted, **{field: value}))  # type: ignore[arg-type]
                assert len(page.items) == record.count > 0, (wanted, record)
            assert offered == sorted(offered, key=lambda record: (-record.count, record.value))
    assert await catalogue.facet(chosen, TemplateFacetName.CATEGORY) == []
    others = await catalogue.facet(TemplateFilter(type="node"), TemplateFacetName.TYPE)
    assert [record.value for record in others] == ["node", "c++", "vue"]
    assert await catalogue.facet(TemplateFilter(text="vue"), TemplateFacetName.TYPE) == [
        FacetRecord("node", 6),
        FacetRecord("vue", 1),
    ]


async def test_facets_are_bounded(catalogue: TemplateService, intake: FolderIntake, folder: Path) -> None:
    packages = {f"package-{number:03}": "1" for number in range(60)}
    write_template(folder, "large", files=package_json(dependencies=packages))
    await intake.load()
    offered = await catalogue.facet(TemplateFilter(), TemplateFacetName.DEPENDENCY)
    assert len(offered) == 50
    with pytest.raises(InvalidInput):
        await catalogue.facet(TemplateFilter(text="x" * 101), TemplateFacetName.DEPENDENCY)


async def test_what_was_kept_for_older_searches_is_made_anew(
    catalogue: TemplateService, intake: FolderIntake, database: Database
) -> None:
    old = {"$unset": {"search_text": 1, "dependencies": 1, "listing_version": 1}, "$set": {"search_terms": []}}
    await database["project_templates"].update_one({"slug": "nextjs"}, old)
    assert await slugs(catalogue, "next env") == []
    await intake.load()
    assert await slugs(catalogue, "next env") == ["nextjs"]
