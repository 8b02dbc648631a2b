"""Browsing templates, on the wire; nobody needs to sign in."""

from typing import Any

import pytest

from tests.support.api import Api, Refused


async def test_templates_are_filtered_and_counted(api: Api) -> None:
    query = """query ($filter: TemplateFilter) {
        templates(filter: $filter, first: 100) { totalCount nodes { slug category type tags } }
    }"""

    everything = (await api.anonymous.execute(query))["templates"]
    frontend = (await api.anonymous.execute(query, filter={"category": "frontend"}))["templates"]
    found = (await api.anonymous.execute(query, filter={"text": "reac"}))["templates"]

    assert everything["totalCount"] == len(everything["nodes"]) >= 10
    assert 0 < frontend["totalCount"] < everything["totalCount"]
    assert {node["category"] for node in frontend["nodes"]} == {"frontend"}
    assert "vite-react" in {node["slug"] for node in found["nodes"]}


@pytest.mark.parametrize("order", ["POPULAR", "NAME", "NEWEST", "RELEVANCE"])
async def test_pages_make_up_the_whole_list(api: Api, order: str) -> None:
    query = """query ($after: String, $order: TemplateOrder!) { templates(first: 4, after: $after, orderBy: $order) {
        totalCount edges { cursor node { slug } } pageInfo { hasNextPage hasPreviousPage endCursor }
    } }"""
    slugs: list[str] = []
    after = None
    while True:
        page = (await api.anonymous.execute(query, after=after, order=order))["templates"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        slugs += [edge["node"]["slug"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert len(slugs) == len(set(slugs)) == page["totalCount"]


async def test_a_search_box_gets_the_best_first(api: Api) -> None:
    query = """query ($filter: TemplateFilter, $order: TemplateOrder, $after: String) {
        templates(filter: $filter, orderBy: $order, first: 2, after: $after) { nodes { slug } pageInfo { endCursor } }
    }"""

    async def search(text: str, **more: str) -> Any:
        return (await api.anonymous.execute(query, filter={"text": text}, **more))["templates"]

    for text in ("f", "fast", "Fastify"):
        assert (await search(text))["nodes"][0] == {"slug": "fastify"}, text
    page = await search("vite")
    assert await search("vite", order="RELEVANCE") == page
    for other in ({"order": "POPULAR"}, {}):
        with pytest.raises(Refused) as refused:
            await search("vite r", after=page["pageInfo"]["endCursor"], **other)
        assert refused.value.code == "INVALID_INPUT"


async def test_templates_are_found_by_the_packages_that_they_ask_for(api: Api) -> None:
    query = "query ($name: String) { templates(filter: { dependency: $name }) { nodes { slug } } }"
    for name, expected in (("express", [{"slug": "express"}]), ("expres", []), ("__proto__", []), ("", [])):
        assert (await api.anonymous.execute(query, name=name))["templates"]["nodes"] == expected


async def test_a_template_shows_its_readme_and_a_file_by_its_exact_path(api: Api) -> None:
    query = """query ($path: String!) { template(slug: "express") {
        readme commit readmeFile: file(path: "README.md") { content } file(path: $path) { path }
    } }"""

    for path in (
        "",
        "/README.md",
        "./README.md",
        "../express/README.md",
        "readme.md",
        "README.md/",
        "x" * 10_000,
        "\0",
    ):
        template = (await api.anonymous.execute(query, path=path))["template"]
        assert template["file"] is None, path
        assert template["readme"] == template["readmeFile"]["content"]
        assert template["commit"] is None


async def test_a_template_shows_its_files_and_dependencies(api: Api) -> None:
    query = """{ template(slug: "express") {
        id slug startCommand fileCount totalSize providers { provider }
        files { path size language content base64 }
        file(path: "package.json") { path content }
        none: file(path: "missing") { path }
        dependencies { name version kind }
    } }"""

    template = (await api.anonymous.execute(query))["template"]

    assert len(template["files"]) == template["fileCount"]
    assert sum(file["size"] for file in template["files"]) == template["totalSize"]
    assert template["providers"] is None
    assert all(len(file["content"].encode()) == file["size"] for file in template["files"])
    assert '"express"' in template["file"]["content"]
    assert template["none"] is None
    assert {"name": "express", "kind": "RUNTIME"}.items() <= template["dependencies"][0].items()


async def test_a_template_is_found_by_id_and_as_a_node(api: Api) -> None:
    by_slug = (await api.anonymous.execute('{ template(slug: "python-script") { id name } }'))["template"]
    query = "query ($id: ID!) { template(id: $id) { id name } node(id: $id) { id } nodes(ids: [$id, $id]) { id } }"

    found = await api.anonymous.execute(query, id=by_slug["id"])

    assert found["template"] == by_slug
    assert found["node"] == {"id": by_slug["id"]}
    assert found["nodes"] == [{"id": by_slug["id"]}] * 2


async def test_a_template_that_is_not_there_is_null(api: Api) -> None:
    assert await api.anonymous.execute('{ template(slug: "nothing") { id } }') == {"template": None}


@pytest.mark.parametrize("arguments", ["", "()", '(id: "x", slug: "y")'])
async def test_a_template_is_asked_for_by_exactly_one_key(api: Api, arguments: str) -> None:
    with pytest.raises(Refused) as refused:
        await api.anonymous.execute(f"{{ template{arguments} {{ id }} }}")

    assert refused.value.code in ("INVALID_INPUT", "GRAPHQL_PARSE_FAILED")


async def test_categories_are_counted(api: Api) -> None:
    data = await api.anonymous.execute("{ templateCategories { name count } templates { totalCount } }")

    categories = data["templateCategories"]
    assert [category["name"] for category in categories] == sorted(category["name"] for category in categories)
    assert sum(category["count"] for category in categories) == data["templates"]["totalCount"]
