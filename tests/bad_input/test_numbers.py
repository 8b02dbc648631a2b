"""Numbers out of bounds: pages, cursors, versions, timeouts, places in an output."""

import asyncio
import base64
import json

import pytest

from tests.support.api import Data, Member
from tests.support.attempts import ask, watch
from tests.support.journeys import finished, ready_project, running_sandbox, template_id
from tests.support.operations import CODE, CREATE, OUTPUT, RUN, SAVE

LISTS = {
    "templates": "query ($first: Int, $after: String) { templates(first: $first, after: $after) { nodes { id } } }",
    "by name": "query ($after: String) { templates(orderBy: NAME, after: $after) { nodes { id } } }",
    "newest": "query ($after: String) { templates(orderBy: NEWEST, after: $after) { nodes { id } } }",
    "projects": "query ($first: Int, $after: String) { projects(first: $first, after: $after) { nodes { id } } }",
    "sandboxes": "query ($first: Int, $after: String) { sandboxes(first: $first, after: $after) { nodes { id } } }",
}
PAGED = ["templates", "projects", "sandboxes"]
KEY = "0123456789abcdef01234567"
CURSORS = ["", " ", "a", "!", "żółw", "====", "\0", "A" * 5_000, "W10", "bnVsbA", "e30", "MQ"]
KEYS: list[object] = [
    [],
    [1],
    ["a"],
    [None, None],
    [True, KEY],
    [1, 2],
    ["a", "b"],
    [1, "no id"],
    [1, KEY, 3],
    [10**400, KEY],
    [-(10**400), KEY],
    [2**63, KEY],
    [1e308, KEY],
    [10**17, KEY],
    [{"$gt": ""}, {"$gt": ""}],
    {"a": 1},
    [[[[]]]],
]


def cursor(keys: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1, -(2**31)])
async def test_a_page_has_1_to_100_items(ada: Member, first: int) -> None:
    assert [await ask(ada, LISTS[name], first=first) for name in PAGED] == [["INVALID_INPUT"]] * 3


@pytest.mark.parametrize("first", [2**31, 10**30, 1.5, "1", True, [1]])
async def test_a_page_has_a_whole_number_of_items(ada: Member, first: object) -> None:
    assert [await ask(ada, LISTS[name], first=first) for name in PAGED] == [["BAD_REQUEST"]] * 3


async def test_cursors_that_no_list_gave(ada: Member) -> None:
    cases = [(name, cursor(keys)) for name in LISTS for keys in KEYS]
    cases += [("templates", after) for after in (*CURSORS, "W1tbW1tbW1tb" * 80)]
    answers = {(name, after[:40]): await ask(ada, LISTS[name], after=after) for name, after in cases}
    # What has the right kinds of keys is a place in the list, if an odd one: nothing need be there.
    odd = {("projects", cursor([10**17, KEY])), ("templates", cursor([10**17, KEY]))}
    assert {key: codes for key, codes in answers.items() if codes != ["INVALID_INPUT"] and key not in odd} == {}


@pytest.mark.parametrize("version", [-1, -(2**31), 2, 2**31 - 1])
async def test_a_version_that_is_not_there(ada: Member, version: int) -> None:
    wish = {"projectId": await ready_project(ada), "path": "main.py", "content": "x", "expectedVersion": version}

    assert await ask(ada, SAVE, input=wish) == ["CONFLICT" if version > 0 else "INVALID_INPUT"]
    expected = ["INVALID_INPUT"] if version < 0 else ["CONFLICT"]
    assert await ask(ada, SAVE, input={**wish, "path": "new.py"}) == expected


@pytest.mark.parametrize("version", [2**31, 10**30, 1.5, "1"])
async def test_a_version_that_is_no_int32(ada: Member, version: object) -> None:
    wish = {"projectId": "any", "path": "main.py", "content": "x", "expectedVersion": version}
    assert await ask(ada, SAVE, input=wish) == ["BAD_REQUEST"]


async def test_timeouts_out_of_bounds(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    command: Data = {"sandboxId": sandbox, "command": "true"}
    code: Data = {"sandboxId": sandbox, "language": "BASH", "code": "true"}
    for query, wish in ((RUN, command), (CODE, code)):
        for timeout_ms in (0, -1, -(2**31), 600_001, 2**31 - 1):
            assert await ask(ada, query, input={**wish, "timeoutMs": timeout_ms}) == ["INVALID_INPUT"]
        assert await ask(ada, query, input={**wish, "timeoutMs": 2**31}) == ["BAD_REQUEST"]


async def test_places_that_an_output_does_not_have(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    payload = (await ada.execute(RUN, input={"sandboxId": sandbox, "command": "echo a"}))["runCommand"]
    execution = payload["execution"]["id"]
    _, end = await finished(ada, execution)
    last = end["lastSequence"]

    for after in (-1, -(2**31), last + 1, 2**31 - 1):
        assert await watch(ada, OUTPUT, id=execution, after=after) == ["INVALID_INPUT"], after
    assert await watch(ada, OUTPUT, id=execution, after=2**31) == ["BAD_REQUEST"]
    assert await finished(ada, execution, after=last) == ([], end)


async def test_a_key_that_is_used_again(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    sandbox = await running_sandbox(ada, project)
    command: Data = {"sandboxId": sandbox, "command": "echo a", "idempotencyKey": "key"}
    twice = await asyncio.gather(*(ada.execute(RUN, input=command) for _ in range(10)))
    ids = {data["runCommand"]["execution"]["id"] for data in twice}
    assert len(ids) == 1

    changes: list[Data] = [{"command": "echo b"}, {"stdin": "b"}, {"args": ["b"]}, {"timeoutMs": 5}, {"cwd": "b"}]
    for change in [*changes, {"env": [{"name": "A", "value": "b"}]}]:
        assert await ask(ada, RUN, input={**command, **change}) == ["IDEMPOTENCY_MISMATCH"]

    # The same key of another user or of another operation is another key.
    code = {"sandboxId": sandbox, "language": "BASH", "code": "echo a", "idempotencyKey": "key"}
    other = (await ada.execute(CODE, input=code))["executeCode"]
    assert other["errors"] == []
    assert other["execution"]["id"] not in ids
    wish = {"name": "A project", "templateId": await template_id(ada), "idempotencyKey": "key"}
    made = [(await member.execute(CREATE, input=wish))["createProject"] for member in (ada, eve, ada, eve)]
    projects = [payload["project"]["id"] for payload in made]
    assert projects[:2] == projects[2:]
    assert len(set(projects)) == 2
