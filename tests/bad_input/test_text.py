"""Text that is none, or that a file system, a shell or a database would trip over."""

import base64
import json

import pytest

from aura_gql.graph.nodes import to_global_id
from tests.support.api import Api, Data, Member
from tests.support.attempts import ask
from tests.support.journeys import finished, ready_project, running_sandbox, template_id
from tests.support.operations import CODE, CREATE, RUN, SAVE, START

LONE = "\\ud800"
NO_ID = to_global_id("Project", "0123456789abcdef01234567")
TEMPLATES = (
    "query ($filter: TemplateFilter, $after: String) { templates(filter: $filter, after: $after) { totalCount } }"
)
PROJECTS = "query ($filter: ProjectFilter, $after: String) { projects(filter: $filter, after: $after) { totalCount } }"
FILE = "query ($id: ID!, $path: String!) { project(id: $id) { file(path: $path) { sha256 } } }"
SAVED: Data = {"projectId": NO_ID, "path": "a.txt", "content": "a"}
RUN_CODE: Data = {"sandboxId": NO_ID, "language": "BASH", "code": "true"}
STRINGS: list[tuple[str, Data]] = [
    (CREATE, {"input": {"name": LONE, "templateId": NO_ID}}),
    (CREATE, {"input": {"name": "A name", "templateId": NO_ID, "description": LONE}}),
    (CREATE, {"input": {"name": "A name", "templateId": LONE}}),
    (CREATE, {"input": {"name": "A name", "templateId": NO_ID, "idempotencyKey": LONE}}),
    (SAVE, {"input": {**SAVED, "path": f"a/{LONE}.txt"}}),
    (SAVE, {"input": {**SAVED, "content": f"half of an emoji: {LONE}"}}),
    (SAVE, {"input": {**SAVED, "base64": LONE}}),
    (CODE, {"input": {**RUN_CODE, "code": LONE}}),
    (CODE, {"input": {**RUN_CODE, "stdin": LONE}}),
    (CODE, {"input": {**RUN_CODE, "args": ["a", LONE]}}),
    (CODE, {"input": {**RUN_CODE, "env": [{"name": "A", "value": LONE}]}}),
    (CODE, {"input": {**RUN_CODE, "env": [{"name": LONE, "value": "a"}]}}),
    (RUN, {"input": {"sandboxId": NO_ID, "command": LONE}}),
    (RUN, {"input": {"sandboxId": NO_ID, "command": "true", "cwd": LONE}}),
    (START, {"input": {"projectId": NO_ID, "idempotencyKey": LONE}}),
    (FILE, {"id": NO_ID, "path": LONE}),
    (TEMPLATES, {"filter": {"text": LONE}}),
    (TEMPLATES, {"after": LONE}),
    (PROJECTS, {"filter": {"text": LONE}}),
]


async def send(api: Api, member: Member, text: str) -> tuple[int, Data]:
    """The status and the body of a request whose JSON is `text`."""
    headers = {"authorization": f"Bearer {member.bearer}", "content-type": "application/json"}
    response = await api.http.post("/graphql", content=text.encode(), headers=headers)
    body: Data = response.json()
    return response.status_code, body


async def test_half_a_character_is_a_bad_request_wherever_it_stands(api: Api, ada: Member) -> None:
    for query, variables in STRINGS:
        text = json.dumps({"query": query, "variables": variables}).replace("\\\\ud800", "\\ud800")
        assert '\\ud800"' in text or "\\ud800.txt" in text
        status, body = await send(api, ada, text)
        assert (status, body["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST"), variables
        assert "UTF-8" in body["errors"][0]["message"]


@pytest.mark.parametrize("literal", [r"\ud800", r"\u{d800}", r"\ud83d\u0041", r"\udc00\ud800", r"\u{110000}"])
async def test_half_a_character_in_a_document_does_not_parse(ada: Member, literal: str) -> None:
    assert await ask(ada, f'{{ template(slug: "{literal}") {{ id }} }}') == ["GRAPHQL_PARSE_FAILED"]


async def test_half_a_character_in_a_cursor_or_an_id_is_bad_input(ada: Member) -> None:
    surrogate = base64.urlsafe_b64encode(b'["\\ud800","0123456789abcdef01234567"]').decode().rstrip("=")
    order = "query ($after: String) { templates(orderBy: NAME, after: $after) { totalCount nodes { id } } }"
    encoded = base64.urlsafe_b64encode(b"Project:\xed\xa0\x80").decode()

    assert await ask(ada, order, after=surrogate) == ["INVALID_INPUT"]
    assert await ask(ada, "query ($id: ID!) { project(id: $id) { id } }", id=encoded) == ["INVALID_INPUT"]


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "(", "[", "\\", "a" * 5_000, "(a+)+$", "^", "*", ".", "\u202e", "\n", "żółw"]
)
async def test_any_text_can_be_looked_for(ada: Member, text: str) -> None:
    for query, filter in (
        (TEMPLATES, {"text": text}),
        (TEMPLATES, {"category": text}),
        (TEMPLATES, {"type": text}),
        (TEMPLATES, {"tags": [text]}),
        (PROJECTS, {"text": text}),
    ):
        assert await ask(ada, query, filter=filter) in ([], ["INVALID_INPUT"]), (query, filter)


async def test_too_many_tags_are_bad_input(ada: Member) -> None:
    assert await ask(ada, TEMPLATES, filter={"tags": ["a"] * 10_000}) == ["INVALID_INPUT"]


@pytest.mark.parametrize(
    "name",
    ["", "a", "a" * 65, "a" * 1_000_000, "a\0b", "a\nb", "a\x1bb", "a\u202eb", "a\u200bb", "<script>", "a/b", "🐢🐢"],
)
async def test_names_out_of_bounds(ada: Member, name: str) -> None:
    id = await template_id(ada)
    assert await ask(ada, CREATE, input={"name": name, "templateId": id}) == ["INVALID_INPUT"]


@pytest.mark.parametrize("name", ["ab", "a" * 64, "Żółw 2", "日本", "a-b_c 1"])
async def test_names_within_bounds(ada: Member, name: str) -> None:
    assert await ask(ada, CREATE, input={"name": name, "templateId": await template_id(ada)}) == []


async def test_paths_that_lead_elsewhere(ada: Member) -> None:
    project = await ready_project(ada)
    paths = ["", ".", "..", "../a", "a/../../b", "a/..", "/etc/passwd", "//a", "a//b", "a/", "~/../a/.."]
    paths += ["a" * 5_000, "a/" * 2_500 + "a", "/".join(["d"] * 33), "a" * 256, ".git/config", "a/.GIT/hooks"]
    paths += ["a\0b", "a\\b", "C:\\a", "a\nb", "a\x7f"]
    paths += [" a", "a ", "a\u202e", "main.py/inside", "MAIN.py"]

    saved = {
        path[:40]: await ask(ada, SAVE, input={"projectId": project, "path": path, "content": "x"}) for path in paths
    }
    read = {path[:40]: await ada.execute(FILE, id=project, path=path) for path in paths}

    assert {path: codes for path, codes in saved.items() if codes != ["INVALID_INPUT"]} == {
        "main.py/inside": ["CONFLICT"],
        "MAIN.py": ["CONFLICT"],
    }
    assert all(data == {"project": {"file": None}} for data in read.values())


async def test_what_a_program_is_given_is_checked(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    code: Data = {"sandboxId": sandbox, "language": "BASH", "code": "true"}
    command: Data = {"sandboxId": sandbox, "command": "true"}
    names = ["", "1A", "A B", "A=B", "A\0B", "żółw", "A-B", "$(id)", "A" * 1_000_000, "A\n"]
    wishes = [(CODE, {**code, "env": [{"name": name, "value": "a"}]}) for name in names]
    wishes += [(CODE, {**code, "env": [{"name": "A", "value": value}]}) for value in ("a\0b", "a" * 1_000_000)]
    wishes += [(CODE, {**code, "env": [{"name": f"A{n}", "value": "a"} for n in range(65)]})]
    wishes += [(CODE, {**code, "args": args}) for args in (["a\0b"], ["a" * 1_000_000], ["a"] * 65)]
    wishes += [(CODE, {**code, "code": "a" * (256 * 1024 + 1)}), (CODE, {**code, "stdin": "a" * (1024 * 1024 + 1)})]
    wishes += [(RUN, {**command, "command": text}) for text in ("", "   ", "a\0b", "a" * (256 * 1024 + 1))]
    cwds = ["..", "../..", "/", "/etc", "a/../..", "a\0b", "a" * 5_000, "./../x"]
    wishes += [(RUN, {**command, "cwd": cwd}) for cwd in cwds]
    keys = ["", "a\0b", "żółw", "a" * 129, "a\n"]
    wishes += [(RUN, {**command, "idempotencyKey": key}) for key in keys]

    refused = [await ask(ada, query, input=wish) for query, wish in wishes]
    assert refused == [["INVALID_INPUT"]] * len(wishes)

    for cwd in ("no/such/folder", "main.py", "-", "~", "a b\n"):
        payload = (await ada.execute(RUN, input={**command, "cwd": cwd}))["runCommand"]
        _, end = await finished(ada, payload["execution"]["id"])
        assert (end["status"], end["errorType"], end["exitCode"]) == ("FAILED", "SETUP", None), cwd
