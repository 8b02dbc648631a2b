"""Making, changing and deleting projects, on the wire."""

import json

import pytest

from tests.support.api import Data, Member
from tests.support.journeys import ready_project, template_id

CREATE = """mutation ($input: CreateProjectInput!) {
    createProject(input: $input) { project { id status } errors { code message field details } }
}"""


async def create(member: Member, **fields: object) -> Data:
    wish = {"name": "A project", "templateId": await template_id(member), **fields}
    payload: Data = (await member.execute(CREATE, input=wish))["createProject"]
    return payload


@pytest.mark.parametrize("name", ["a", "x" * 65, "tab\there", "semi;colon", "   ", "nul\x00", ""])
async def test_a_name_out_of_bounds_is_refused_by_name(ada: Member, name: str) -> None:
    payload = await create(ada, name=name)

    assert payload["project"] is None
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("INVALID_INPUT", ["input", "name"])]
    assert "2 to 64" in payload["errors"][0]["message"]


async def test_an_unknown_template_is_not_found(ada: Member) -> None:
    payload = await create(ada, templateId="VGVtcGxhdGU6MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw")

    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("NOT_FOUND", ["input", "templateId"])]


async def test_a_provider_that_this_server_lacks_is_refused_at_once(ada: Member) -> None:
    payload = await create(ada, sandboxProvider="E2B", autoStartSandbox=True)

    assert payload["project"] is None
    assert payload["errors"][0]["code"] == "UNSUPPORTED"
    assert payload["errors"][0]["field"] == ["input", "sandboxProvider"]


async def test_the_same_key_makes_one_project(ada: Member) -> None:
    first, again = [await create(ada, idempotencyKey="once") for _ in range(2)]
    other = await create(ada, idempotencyKey="once", name="Another name")

    assert first["project"]["id"] == again["project"]["id"]
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_MISMATCH"]


async def test_a_configuration_changes_the_files(ada: Member) -> None:
    configuration = {
        "typescript": True,
        "prettier": True,
        "packageManager": "PNPM",
        "additionalDependencies": [{"name": "lodash", "version": "^4.17.0"}],
    }
    id = await ready_project(ada, "vite-react", configuration=configuration)
    query = """query ($id: ID!) { project(id: $id) {
        files { path } file(path: "package.json") { content }
        startCommand
        configuration { typescript eslint prettier packageManager additionalDependencies { name version dev } }
    } }"""

    project = (await ada.execute(query, id=id))["project"]

    manifest = json.loads(project["file"]["content"])
    assert manifest["dependencies"]["lodash"] == "^4.17.0"
    assert manifest["packageManager"].startswith("pnpm@")
    assert {"typescript", "prettier"} <= manifest["devDependencies"].keys()
    assert project["startCommand"] == "pnpm install && pnpm run dev"
    assert {"tsconfig.json", "src/main.tsx"} <= {file["path"] for file in project["files"]}
    assert project["configuration"]["additionalDependencies"] == [
        {"name": "lodash", "version": "^4.17.0", "dev": False}
    ]


async def test_an_option_that_can_not_apply_is_refused(ada: Member) -> None:
    payload = await create(ada, configuration={"tailwindcss": True})

    assert payload["project"] is None
    assert payload["errors"][0]["code"] == "INVALID_INPUT"
    assert payload["errors"][0]["field"] == ["input", "configuration", "tailwindcss"]


async def test_a_project_is_renamed_by_its_owner_alone(ada: Member, eve: Member) -> None:
    id = await ready_project(ada)
    mutation = """mutation ($input: UpdateProjectInput!) {
        updateProject(input: $input) { project { name description } errors { code field } }
    }"""

    done = await ada.execute(mutation, input={"projectId": id, "name": "New name", "description": "New."})
    refused = await eve.execute(mutation, input={"projectId": id, "name": "Mine now"})

    assert done["updateProject"] == {"project": {"name": "New name", "description": "New."}, "errors": []}
    assert refused["updateProject"]["errors"][0]["code"] == "NOT_FOUND"


async def test_a_deleted_project_is_gone(ada: Member, eve: Member) -> None:
    id = await ready_project(ada)
    mutation = """mutation ($input: DeleteProjectInput!) {
        deleteProject(input: $input) { deletedProjectId errors { code } }
    }"""

    foreign = (await eve.execute(mutation, input={"projectId": id}))["deleteProject"]
    done = (await ada.execute(mutation, input={"projectId": id}))["deleteProject"]
    again = (await ada.execute(mutation, input={"projectId": id}))["deleteProject"]

    assert foreign == {"deletedProjectId": None, "errors": [{"code": "NOT_FOUND"}]} == again
    assert done == {"deletedProjectId": id, "errors": []}
    assert await ada.execute("query ($id: ID!) { project(id: $id) { id } }", id=id) == {"project": None}


async def test_only_a_failed_project_is_tried_again(ada: Member) -> None:
    id = await ready_project(ada)
    mutation = """mutation ($input: RetryProjectInput!) {
        retryProject(input: $input) { project { id } errors { code details } }
    }"""

    payload = (await ada.execute(mutation, input={"projectId": id}))["retryProject"]

    assert payload == {"project": None, "errors": [{"code": "INVALID_STATE", "details": {"status": "READY"}}]}
