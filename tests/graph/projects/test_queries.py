"""Looking projects up, on the wire."""

import pytest

from tests.support.api import Api, Member, Refused
from tests.support.journeys import ready_project


async def test_a_project_shows_what_belongs_to_it(ada: Member) -> None:
    id = await ready_project(ada, name="Haiku counter", description="Counts.")
    query = """query ($id: ID!) { project(id: $id) {
        id name description status step errorCode errorMessage revision sandboxProvider autoStartSandbox
        configuration { typescript packageManager additionalDependencies { name } }
        template { slug fileCount } files { path } file(path: "main.py") { name content } sandbox { id }
    } }"""

    project = (await ada.execute(query, id=id))["project"]

    assert project.pop("files") == [{"path": path} for path in (".gitignore", "README.md", "haiku.txt", "main.py")]
    assert project.pop("file")["content"].startswith('"""Count the words')
    assert project == {
        "id": id,
        "name": "Haiku counter",
        "description": "Counts.",
        "status": "READY",
        "step": "DONE",
        "errorCode": None,
        "errorMessage": None,
        "revision": 1,
        "sandboxProvider": "LOCAL",
        "autoStartSandbox": False,
        "configuration": {"typescript": False, "packageManager": None, "additionalDependencies": []},
        "template": {"slug": "python-script", "fileCount": 4},
        "sandbox": None,
    }


async def test_projects_are_listed_newest_first_and_filtered(ada: Member, eve: Member) -> None:
    first, second = await ready_project(ada, name="One"), await ready_project(ada, "node-script", name="Two")
    await ready_project(eve, name="Another one")
    query = """query ($filter: ProjectFilter, $after: String) { projects(filter: $filter, first: 1, after: $after) {
        totalCount nodes { id template { slug } } pageInfo { hasNextPage endCursor }
    } }"""

    page = (await ada.execute(query))["projects"]
    rest = (await ada.execute(query, after=page["pageInfo"]["endCursor"]))["projects"]
    named = (await ada.execute(query, filter={"text": "one", "status": "READY"}))["projects"]

    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    assert [node["id"] for node in page["nodes"] + rest["nodes"]] == [second, first]
    assert [node["id"] for node in named["nodes"]] == [first]


async def test_a_foreign_project_answers_as_a_missing_one(ada: Member, eve: Member) -> None:
    id = await ready_project(ada)

    data = await eve.execute("query ($id: ID!) { project(id: $id) { id } node(id: $id) { id } }", id=id)

    assert data == {"project": None, "node": None}


@pytest.mark.parametrize("query", ["{ projects { nodes { id } } }", '{ project(id: "UHJvamVjdDox") { id } }'])
async def test_strangers_are_asked_to_sign_in(api: Api, query: str) -> None:
    with pytest.raises(Refused) as refused:
        await api.anonymous.execute(query)

    assert refused.value.code == "UNAUTHENTICATED"


async def test_the_id_of_something_else_is_told(ada: Member) -> None:
    template = (await ada.execute('{ template(slug: "express") { id } }'))["template"]["id"]

    with pytest.raises(Refused) as refused:
        await ada.execute("query ($id: ID!) { project(id: $id) { id } }", id=template)

    assert refused.value.code == "INVALID_INPUT"
    assert refused.value.errors[0]["extensions"]["field"] == ["id"]
    assert "a Project is expected" in refused.value.errors[0]["message"]
