"""Who asks, and for whose things."""

import secrets
from urllib.parse import quote

import pytest

from aura_gql.auth.better_auth import sign
from aura_gql.graph.nodes import to_global_id
from tests.support.api import SECRET, Api, Data, Member
from tests.support.journeys import finished, ready_project, running_sandbox, template_id
from tests.support.operations import MUTATIONS, OWNED, RUN, answer, codes
from tests.support.terminal_journeys import opened

MISSING = "0123456789abcdef01234567"
VIEWER = "query { viewer { id } projects { totalCount } }"
GARBAGE = [
    "",
    " ",
    "1",
    "null",
    "../../etc/passwd",
    "\0",
    "Project:\0",
    "żółw 🐢",
    "=",
    "====",
    "A" * 257,
    "A" * 100_000,
    "UHJvamVjdDo",  # Project:
    "OjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nw",  # :0123456789abcdef01234567
    "UHJvamVjdDowMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njdn",  # Project: and no ObjectId
    "UHJvamVjdDoA",  # Project:NUL
    "UHJvamVjdDr_",  # Project: and no UTF-8
    "U3lzdGVtOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nw",  # System:0123456789abcdef01234567
]


async def one_of_each(member: Member) -> dict[str, str]:
    """The ids of a project, of its sandbox, and of an execution and a terminal in that."""
    project = await ready_project(member)
    sandbox = await running_sandbox(member, project)
    payload = (await member.execute(RUN, input={"sandboxId": sandbox, "command": "echo secret"}))["runCommand"]
    execution = payload["execution"]["id"]
    await finished(member, execution)
    terminal = await opened(member, sandbox, "sleep", "600")
    return {"Project": project, "Sandbox": sandbox, "Execution": execution, "Terminal": terminal}


async def test_nothing_that_is_owned_is_told_without_a_login(api: Api) -> None:
    answers = {
        name: codes(await answer(api.anonymous, operation, to_global_id(operation.type_name, MISSING)))
        for name, operation in OWNED.items()
    }

    assert answers == {name: ["UNAUTHENTICATED"] for name in OWNED}


async def test_the_things_of_others_answer_exactly_as_missing_ones(ada: Member, eve: Member) -> None:
    hers = await one_of_each(ada)
    differing: dict[str, tuple[Data, Data]] = {}
    for name, operation in OWNED.items():
        missing_id = to_global_id(operation.type_name, MISSING)
        foreign, missing = [await answer(eve, operation, id) for id in (hers[operation.type_name], missing_id)]
        if foreign != missing:
            differing[name] = (foreign, missing)
        if name in MUTATIONS:
            assert codes(foreign) == ["NOT_FOUND"], name

    assert differing == {}
    query = "query ($id: ID!) { project(id: $id) { name status files { path } sandbox { status } } }"
    project = (await ada.execute(query, id=hers["Project"]))["project"]
    assert (project["name"], project["status"], project["sandbox"]) == ("A project", "READY", {"status": "RUNNING"})
    assert "a" not in [file["path"] for file in project["files"]]


async def test_ids_of_the_wrong_type_are_bad_input(ada: Member) -> None:
    other = await template_id(ada)
    typed = {name: operation for name, operation in OWNED.items() if "node" not in name}

    answers = {name: codes(await answer(ada, operation, other)) for name, operation in typed.items()}

    assert answers == {name: ["INVALID_INPUT"] for name in typed}


@pytest.mark.parametrize("name", ["project", "saveFile", "executionOutput"])
async def test_garbage_is_bad_input(ada: Member, name: str) -> None:
    answers = {id[:99]: codes(await answer(ada, OWNED[name], id)) for id in GARBAGE}

    assert answers == {id[:99]: ["INVALID_INPUT"] for id in GARBAGE}


async def test_a_node_that_is_of_no_type_or_has_no_such_key_is_null(ada: Member) -> None:
    answers = {id[:99]: codes(await answer(ada, OWNED["nodes"], id)) or "null" for id in GARBAGE}

    assert [id for id, found in answers.items() if found == "null"] == [
        "UHJvamVjdDowMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njdn",
        "UHJvamVjdDoA",
        "U3lzdGVtOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nw",
    ]
    assert {tuple(found) for found in answers.values() if found != "null"} == {("INVALID_INPUT",)}


@pytest.mark.parametrize("id", [["a"], {"a": 1}, True, 1.5, None])
async def test_an_id_of_another_json_type_is_a_bad_request(ada: Member, id: object) -> None:
    answers = {name: codes(await answer(ada, operation, id)) for name, operation in OWNED.items()}

    assert answers == {name: ["BAD_REQUEST"] for name in OWNED}


async def test_malformed_cookies_and_bearers_are_nobody(api: Api, ada: Member) -> None:
    assert ada.bearer
    good = quote(ada.bearer, safe="")
    token, signature = ada.bearer.rsplit(".", 1)
    middle = len(signature) // 2
    forged = f"{token}.{signature[:middle]}{'A' if signature[middle] != 'A' else 'B'}{signature[middle + 1 :]}"
    values = [
        "",
        ".",
        "=",
        "%",
        "%zz",
        "%00",
        "%ff%fe",
        token,
        f"{token}.",
        f".{signature}",
        forged,
        quote(forged, safe=""),
        f"{good}%00",
        f"{good}.{signature}",
        good.swapcase(),
        sign("no-such-session", SECRET),
        sign("", SECRET),
        sign(token, "another secret that is long enough"),
        '"',
        f'"{good}',
        "a" * 30_000,
        secrets.token_hex(8) * 4_000,
    ]
    names = ["better-auth.session_token", "__Secure-better-auth.session_token"]
    headers = [{"cookie": f"{name}={value}"} for name in names for value in values]
    headers += [{"authorization": f"{scheme} {value}".strip()} for scheme in ("Bearer", "Basic") for value in values]
    cookies = (f"session={good}", f"={good}", ";", ";;==;", "better-auth.session_token", "=" * 100, ";" * 1000)
    headers += [{"cookie": text} for text in cookies]
    headers += [{"authorization": text} for text in ("Bearer", "", good, "Bearer,", "Negotiate abc")]
    strangers = 0
    for header in headers:
        response = await api.http.post("/graphql", json={"query": VIEWER}, headers=header)
        body = response.json()
        is_bearer = header.get("authorization", "").split(" ")[0] == "Bearer"
        assert (response.status_code, body.get("data")) == (401 if is_bearer else 200, None), header
        assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAUTHENTICATED"], header
        strangers += 1

    cookie = {"cookie": f"x=%; better-auth.session_token={good}; y"}
    accepted = (await api.http.post("/graphql", json={"query": VIEWER}, headers=cookie)).json()
    assert strangers == len(headers) > 80
    assert accepted["data"]["projects"] == {"totalCount": 0}
