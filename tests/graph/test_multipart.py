"""GraphQL multipart requests over HTTP: files in variables, and a clear refusal of whatever is not that."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from typing import IO, Any

import httpx
import pytest

from tests.support.graph import MAX_BODY_BYTES, Stage, client_of, make_app, make_viewer
from tests.support.uploads import HEADERS, Part, form, upload, watch_spools
from tests.support.waiting import until

MEASURE = "mutation ($files: [Upload!]!) { measure(files: $files) }"
SIGNED_IN = {**HEADERS, "authorization": "Bearer good"}
ONE = {"query": MEASURE, "variables": {"files": [None]}}
DEEP = {"query": "{ hello }", "variables": {"a": [{"b": None}, None], "c": {"d": "text"}}}


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.auth.viewers = {"session=good": make_viewer(), "Bearer good": make_viewer("bob")}
    return stage


@pytest.fixture
def spools(monkeypatch: pytest.MonkeyPatch) -> list[IO[bytes]]:
    """The temporary files that requests have opened."""
    return watch_spools(monkeypatch)


@pytest.fixture
async def client(stage: Stage, spools: list[IO[bytes]]) -> AsyncIterator[httpx.AsyncClient]:
    """A client; nothing that its requests open stays so."""
    async with client_of(make_app(stage, allowed_origins=("https://ok.example",))) as client:
        yield client
    assert all(spool.closed for spool in spools)


def facts(data: bytes) -> str:
    return f"{len(data)} {hashlib.sha256(data).hexdigest()}"


async def test_files_come_in_the_places_that_the_map_names(client: httpx.AsyncClient, stage: Stage) -> None:
    data = [b"text", bytes(range(256)) * 100]
    body = upload(MEASURE, {"files": [None, None]}, {"variables.files.1": data[0], "variables.files.0": data[1]})
    response = await client.post("/graphql", content=body, headers=SIGNED_IN)
    assert (response.status_code, response.json()) == (200, {"data": {"measure": [facts(data[1]), facts(data[0])]}})
    assert stage.uploaded == [data[1], data[0]]


async def test_one_file_may_stand_in_two_places(client: httpx.AsyncClient) -> None:
    operations = {"query": MEASURE, "variables": {"files": [None, None]}}
    paths = {"x": ["variables.files.0", "variables.files.1"]}
    body = form([("operations", operations), ("map", paths), ("x", b"data")])
    response = await client.post("/graphql", content=body, headers=SIGNED_IN)
    assert response.json() == {"data": {"measure": [facts(b"data")] * 2}}


async def test_a_form_needs_no_file(client: httpx.AsyncClient) -> None:
    body = form([("operations", {"query": "{ hello }"}), ("map", {})])
    response = await client.post("/graphql", content=body, headers=SIGNED_IN)
    assert response.json() == {"data": {"hello": "hello world"}}


def refused(response: httpx.Response) -> tuple[int, str, str]:
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return response.status_code, error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("name", ["apollo-require-preflight", "x-apollo-operation-name", "graphql-preflight", None])
async def test_a_form_needs_a_header_that_foreign_pages_cannot_send(
    client: httpx.AsyncClient, name: str | None
) -> None:
    headers = {"content-type": HEADERS["content-type"], "cookie": "session=good", **({name: "1"} if name else {})}
    body = upload(MEASURE, {"files": [None]}, {"variables.files.0": b"data"})
    response = await client.post("/graphql", content=body, headers=headers)
    if name:
        assert response.json() == {"data": {"measure": [facts(b"data")]}}
    else:
        status, code, message = refused(response)
        assert (status, code) == (403, "FORBIDDEN")
        assert "apollo-require-preflight" in message


async def test_strangers_bring_no_files(client: httpx.AsyncClient, spools: list[IO[bytes]]) -> None:
    body = upload(MEASURE, {"files": [None]}, {"variables.files.0": b"data"})
    response = await client.post("/graphql", content=body, headers=HEADERS)
    assert refused(response)[:2] == (401, "UNAUTHENTICATED")
    assert spools == []


async def test_a_get_brings_no_files(client: httpx.AsyncClient, spools: list[IO[bytes]]) -> None:
    body = upload(MEASURE, {"files": [None]}, {"variables.files.0": b"data"})
    response = await client.request("GET", "/graphql", content=body, headers=SIGNED_IN)
    assert refused(response)[:2] == (400, "BAD_REQUEST")
    assert spools == []


def at(*paths: str) -> list[Part]:
    """An operation with one file, which goes where `paths` say."""
    return [("operations", DEEP), ("map", {"0": list(paths)}), ("0", b"data")]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "must have the parts"),
        ([("map", {})], "first part must be `operations`"),
        ([("0", b"data"), ("operations", ONE), ("map", {})], "first part must be `operations`"),
        ([("operations", ONE)], "must have the parts"),
        ([("operations", ONE), ("0", b"data"), ("map", {})], "second part must be `map`"),
        ([("operations", ONE), ("operations", ONE)], "second part must be `map`"),
        ([("operations", b"{"), ("map", {})], "`operations` is not valid JSON"),
        ([("operations", b'"\xff"'), ("map", {})], "`operations` is not valid JSON"),
        ([("operations", b"[" * 2000 + b"]" * 2000), ("map", {})], "`operations` is not valid JSON"),
        ([("operations", None), ("map", {})], "`operations` must be a JSON object"),
        ([("operations", 5), ("map", {})], "`operations` must be a JSON object"),
        ([("operations", [ONE]), ("map", {})], "Batches are off"),
        ([("operations", {"query": 5}), ("map", {})], "`query` must be a string"),
        ([("operations", {"query": "{ hello }", "variables": 5}), ("map", {})], "`variables` must be a JSON object"),
        ([("operations", ONE), ("map", b"")], "`map` is not valid JSON"),
        ([("operations", ONE), ("map", None)], "`map` must be a JSON object"),
        ([("operations", ONE), ("map", [])], "`map` must be a JSON object"),
        ([("operations", ONE), ("map", {"0": "variables.files.0"}), ("0", b"data")], "lists of paths"),
        ([("operations", ONE), ("map", {"0": [5]}), ("0", b"data")], "lists of paths"),
        ([("operations", ONE), ("map", {"0": []}), ("0", b"data")], "lists of paths"),
        ([("operations", ONE), ("map", {"0": ["variables.files.0"]})], "1 files that the body does not have"),
        ([("operations", ONE), ("map", {}), ("0", b"data")], "`map` does not name it"),
        ([("operations", ONE), ("map", {"0": ["variables.files.0"]}), ("0", b"a"), ("0", b"b")], "the same name"),
        (at("query"), "begins with `variables.`"),
        (at("variables"), "begins with `variables.`"),
        (at(""), "begins with `variables.`"),
        (at("0.variables.a.1"), "begins with `variables.`"),
        (at("variables" + ".a" * 16), "at most 16 parts"),
        (at("variables."), "leads to nothing"),
        (at("variables.b"), "leads to nothing"),
        (at("variables.__proto__"), "leads to nothing"),
        (at("variables.__class__.__init__"), "leads to nothing"),
        (at("variables.a.2"), "leads to nothing"),
        (at("variables.a.-1"), "leads to nothing"),
        (at("variables.a.²"), "leads to nothing"),
        (at("variables.a." + "9" * 5000), "leads to nothing"),
        (at("variables.a.0.b.c"), "leads to nothing"),
        (at("variables.c.d.0"), "leads to nothing"),
        (at("variables.a.0"), "must lead to null"),
        (at("variables.c.d"), "must lead to null"),
        (at("variables.a.1", "variables.a.1"), "must lead to null, once"),
        (at("variables.a.1", "variables.a.1.size"), "leads to nothing"),
    ],
)
async def test_whatever_is_no_multipart_request_is_told_so(
    client: httpx.AsyncClient, parts: list[Part], message: str
) -> None:
    response = await client.post("/graphql", content=form(parts), headers=SIGNED_IN)
    status, code, said = refused(response)
    assert (status, code) == (400, "BAD_REQUEST")
    assert message in said


@pytest.mark.parametrize(
    "parts",
    [
        [("operations", {**ONE, "extensions": {"x": "y" * 10_000}}), ("map", {})],
        [("operations", ONE), ("map", {"0": ["variables." + "y" * 10_000]})],
        [("operations", ONE), ("map", {str(number): ["variables.files.0"] for number in range(4)})],
        [("operations", ONE), ("map", {"0": ["variables.files.0"] * 4})],
        [("operations", ONE), ("map", {"0": ["variables.files.0"]}), ("0", b"x" * MAX_BODY_BYTES)],
    ],
)
@pytest.mark.parametrize("is_declared", [True, False])
async def test_forms_are_bounded(client: httpx.AsyncClient, parts: list[Part], is_declared: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        body = form(parts)
        for start in range(0, len(body), 5_000):
            yield body[start : start + 5_000]

    response = await client.post("/graphql", content=form(parts) if is_declared else chunks(), headers=SIGNED_IN)
    assert refused(response)[:2] == (413, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ('mutation { measure(files: ["text"]) }', {}),
        (MEASURE, {"files": ["text"]}),
        (MEASURE, {"files": [{"path": "/etc/passwd"}]}),
    ],
)
async def test_json_is_no_upload(client: httpx.AsyncClient, query: str, variables: dict[str, Any]) -> None:
    headers = {"authorization": "Bearer good"}
    response = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] in ("BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED")
    assert "Upload must be a file part" in error["message"]


@pytest.mark.parametrize("field", ["hello(name: $v)", "long(value: $v)", "moment(value: $v)"])
async def test_a_file_is_nothing_but_an_upload(client: httpx.AsyncClient, field: str) -> None:
    kind = {"hello": "String", "long": "Long", "moment": "DateTime"}[field.partition("(")[0]]
    body = upload(f"query ($v: {kind}!) {{ {field} }}", {"v": None}, {"variables.v": b"x"})
    response = await client.post("/graphql", content=body, headers=SIGNED_IN)
    assert refused(response)[:2] == (200, "BAD_REQUEST")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x"])
async def test_other_types_are_told_what_is_taken(client: httpx.AsyncClient, kind: str) -> None:
    response = await client.post("/graphql", content=b"query=x", headers={**SIGNED_IN, "content-type": kind})
    assert refused(response)[:2] == (415, "BAD_REQUEST")
    assert response.headers["accept-post"] == "application/json, multipart/form-data"


async def test_a_user_has_so_many_uploads_at_a_time(client: httpx.AsyncClient, spools: list[IO[bytes]]) -> None:
    body = upload(MEASURE, {"files": [None]}, {"variables.files.0": b"data"})
    go = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:100]
        await go.wait()
        yield body[100:]

    first = asyncio.create_task(client.post("/graphql", content=slowly(), headers=SIGNED_IN))
    await until(lambda: spools)
    second = await client.post("/graphql", content=body, headers=SIGNED_IN)
    assert refused(second)[:2] == (429, "RATE_LIMITED")
    assert "retry-after" in second.headers
    other = {**HEADERS, "cookie": "session=good"}
    assert (await client.post("/graphql", content=body, headers=other)).json() == {
        "data": {"measure": [facts(b"data")]}
    }
    go.set()
    assert (await first).json() == {"data": {"measure": [facts(b"data")]}}
    assert (await client.post("/graphql", content=body, headers=SIGNED_IN)).status_code == 200


async def test_nothing_that_comes_in_a_form_is_a_failure_of_ours(client: httpx.AsyncClient) -> None:
    chance = random.Random(11)
    body = upload(MEASURE, {"files": [None, {"a": None}]}, {"variables.files.0": b"data", "variables.files.1.a": b"x"})
    names = [
        b"operations",
        b"map",
        b"variables",
        b"files",
        b"null",
        b'"',
        b"[",
        b"{",
        b"0",
        b"\r\n",
        b"--",
        b"\x00",
        b".",
    ]
    statuses = set()
    for _ in range(600):
        noisy = bytearray(body)
        for _ in range(chance.randrange(1, 5)):
            place = chance.randrange(len(noisy))
            noisy[place : place + chance.randrange(12)] = chance.choice(names) * chance.randrange(3)
        response = await client.post("/graphql", content=bytes(noisy), headers=SIGNED_IN)
        statuses.add(response.status_code)
        assert response.json().keys() <= {"data", "errors", "extensions"}
    assert {200, 400} <= statuses <= {200, 400, 413}
