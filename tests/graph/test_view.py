"""GraphQL over HTTP, beyond what the public audit suite looks at."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.negotiation import GRAPHQL_JSON, JSON
from tests.support.graph import MAX_BODY_BYTES, Stage, client_of, make_app, make_viewer
from tests.support.waiting import until

QUERY = {"query": "{ hello }"}


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.auth.viewers = {"session=good": make_viewer(), "Bearer good": make_viewer("bob")}
    return stage


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app(stage)) as client:
        yield client


def code_of(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return str(error["extensions"]["code"])


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*;q=0.5", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{JSON};q=0.5, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.5, {JSON}", JSON),
        (f"{JSON}, text/event-stream, multipart/mixed", JSON),
    ],
)
async def test_answers_in_the_media_type_that_suits_best(
    client: httpx.AsyncClient, accept: str | None, media_type: str
) -> None:
    del client.headers["accept"]
    response = await client.post("/graphql", json=QUERY, headers={"accept": accept} if accept else {})
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["vary"] == "accept"
    assert response.json() == {"data": {"hello": "hello world"}}


async def test_all_accept_headers_count(client: httpx.AsyncClient) -> None:
    headers = [("accept", "text/plain"), ("accept", f"{GRAPHQL_JSON};q=0.5"), ("accept", "application/json;q=0.1")]
    response = await client.post("/graphql", json=QUERY, headers=headers)
    assert response.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"


@pytest.mark.parametrize(
    ("query", "variables", "words"),
    [
        ("query ($n: String!) { hello(name: $n) }", {"n": 5}, "String cannot represent a non string value"),
        ("query ($n: String!) { hello(name: $n) }", {"n": None}, "$n"),
        ("query ($n: Strin) { hello(name: $n) }", {}, "Unknown type"),
        ("{ hello(name: 5) }", {}, "String cannot represent a non string value"),
        ("{ hello { length } }", {}, "must not have a selection"),
    ],
)
async def test_what_does_not_fit_the_schema_is_named(
    client: httpx.AsyncClient, query: str, variables: dict[str, object], words: str
) -> None:
    asked = {"query": query, "variables": json.dumps(variables)}
    by_get = await client.get("/graphql", params=asked, headers={"accept": GRAPHQL_JSON})
    operation = {"query": query, "variables": variables}
    by_post = await client.post("/graphql", json=operation, headers={"accept": GRAPHQL_JSON})
    for response in (by_get, by_post):
        assert response.status_code == 400
        assert "data" not in response.json()
        assert words in response.json()["errors"][0]["message"]


async def test_says_406_where_no_media_type_suits(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=QUERY, headers={"accept": "text/plain"})
    assert (response.status_code, code_of(response)) == (406, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ({"query": "{ hello"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ long(value: 1.5) }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query ($v: Long!) { long(value: $v) }"}, "BAD_REQUEST"),
        ({"query": "query ($v: Long!) { long(value: $v) }", "variables": {"v": "x"}}, "BAD_REQUEST"),
        ({"query": "query A { hello } query B { hello }"}, "BAD_REQUEST"),
        ({"query": "query A { hello }", "operationName": ""}, None),
        ({"query": "{" + "{ a" * 300}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ ...f } fragment f on Query { ...f }"}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_request_errors_have_no_data(client: httpx.AsyncClient, operation: dict[str, object], code: str) -> None:
    strict = await client.post("/graphql", json=operation, headers={"accept": GRAPHQL_JSON})
    lenient = await client.post("/graphql", json=operation, headers={"accept": JSON})
    assert strict.status_code == 400
    assert lenient.status_code in ((200,) if code else (400,))
    for response in (strict, lenient):
        assert "data" not in response.json()
        assert code is None or code_of(response) == code


async def test_execution_errors_keep_their_data(client: httpx.AsyncClient) -> None:
    query = {"query": '{ hello fail(kind: "bug") }'}
    response = await client.post("/graphql", json=query, headers={"accept": GRAPHQL_JSON})
    assert response.status_code == 200
    assert response.json()["data"] == {"hello": "hello world", "fail": None}
    assert code_of(response) == "INTERNAL"
    assert "secret" not in response.text


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"5", b'"x"', b"[]", b"[" * 5000, b'{"query":', b"\xff\xfe", b'{"query": "\xff"}', b"{}", b"NaN"]
    + [
        json.dumps(body).encode()
        for body in (
            {"query": None},
            {"query": 7},
            {"query": ""},
            {"query": "{hello}", "variables": []},
            {"query": "{hello}", "variables": "{}"},
            {"query": "{hello}", "operationName": 3},
            {"query": "{hello}", "extensions": "x"},
            {"query": "{hello}", "operationName": "Nobody"},
            [{"query": "{hello}"}],
        )
    ],
)
async def test_malformed_bodies_are_refused_in_json(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/graphql", content=body, headers={"content-type": JSON})
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
        f"{JSON}; charset=latin-1",
    ],
)
async def test_a_form_of_a_foreign_page_is_refused(client: httpx.AsyncClient, content_type: str) -> None:
    response = await client.post("/graphql", content=b'{"query":"{hello}"}', headers={"content-type": content_type})
    assert (response.status_code, code_of(response)) == (415, "BAD_REQUEST")


async def test_get_runs_queries_only(client: httpx.AsyncClient) -> None:
    asked = await client.get("/graphql", params={"query": "query($n:String){hello(name:$n)}", "variables": '{"n":"x"}'})
    assert asked.json() == {"data": {"hello": "hello x"}}
    mutation = await client.get("/graphql", params={"query": "mutation { ping }"})
    assert (mutation.status_code, mutation.headers["allow"]) == (405, "POST")
    assert (await client.get("/graphql", params={"query": "{hello}", "variables": "{"})).status_code == 400
    assert (await client.get("/graphql")).status_code == 400
    put = await client.put("/graphql", json=QUERY)
    assert (put.status_code, put.headers["allow"], code_of(put)) == (405, "GET, POST", "BAD_REQUEST")


async def test_a_body_may_be_too_long(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * (MAX_BODY_BYTES // 10)

    for content in (b" " * (MAX_BODY_BYTES + 1), chunks()):
        response = await client.post("/graphql", content=content, headers={"content-type": JSON})
        assert (response.status_code, code_of(response)) == (413, "BAD_REQUEST")


async def test_the_viewer_comes_by_cookie_or_bearer(client: httpx.AsyncClient) -> None:
    async def viewer(**headers: str) -> object:
        return (await client.post("/graphql", json={"query": "{ viewer }"}, headers=headers)).json()["data"]["viewer"]

    assert await viewer() is None
    assert await viewer(cookie="session=good") == "ada@example.com"
    assert await viewer(authorization="Bearer good") == "bob@example.com"
    assert await viewer(cookie="%%%;;;=", authorization="Basic x") is None
    assert await viewer(cookie="session=good", authorization="Basic x") == "ada@example.com"
    assert await viewer(cookie="session=good", authorization="Bearer good") == "bob@example.com"
    assert await viewer(cookie="session=gone") is None


async def test_foreign_origins_may_not_send_cookies(stage: Stage, client: httpx.AsyncClient) -> None:
    async def status(client: httpx.AsyncClient, **headers: str) -> int:
        return (await client.post("/graphql", json=QUERY, headers=headers)).status_code

    assert await status(client, origin="https://evil.example", cookie="session=good") == 403
    assert await status(client, origin="null", cookie="session=good") == 403
    assert await status(client, origin="https://evil.example") == 200
    assert await status(client, origin="http://localhost:8000", cookie="session=good") == 200
    async with client_of(make_app(stage, allowed_origins=("https://app.example",))) as open_client:
        assert await status(open_client, origin="https://app.example", cookie="session=good") == 200


async def test_an_outage_before_the_operation_says_503(stage: Stage, client: httpx.AsyncClient) -> None:
    stage.auth.is_down = True
    response = await client.post("/graphql", json=QUERY, headers={"cookie": "session=good"})
    assert (response.status_code, code_of(response)) == (503, "DATABASE_UNAVAILABLE")
    assert response.headers["retry-after"]


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
async def test_a_query_that_takes_too_long_says_503(stage: Stage, accept: str) -> None:
    async with client_of(make_app(stage, limits=QueryLimits(timeout_s=0.1))) as client:
        response = await client.post("/graphql", json={"query": "{ never }"}, headers={"accept": accept})
        assert (response.status_code, code_of(response)) == (503, "TIMEOUT")
        assert "data" not in response.json()
        events = await client.post("/graphql", json={"query": "{ never }"}, headers={"accept": "text/event-stream"})
        assert '"code":"TIMEOUT"' in events.text
        assert events.text.endswith("event: complete\ndata:\n\n")
    await until(lambda: stage.waiting == 0)


@pytest.mark.parametrize("accept", [JSON, "text/event-stream"])
async def test_a_wrong_bearer_is_refused(client: httpx.AsyncClient, accept: str) -> None:
    for wrong in ("Bearer wrong", "bearer wrong", "Bearer ", "Bearer"):
        headers = {"authorization": wrong, "cookie": "session=good", "accept": accept}
        response = await client.post("/graphql", json={"query": "{ viewer }"}, headers=headers)
        assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.headers["content-type"] == f"{JSON}; charset=utf-8"


async def test_a_browser_gets_the_page(stage: Stage) -> None:
    async def page(request: Request) -> Response:
        return HTMLResponse("<p>")

    async with client_of(make_app(stage, page=page)) as client:
        browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        assert (await client.get("/graphql", headers=browser)).text == "<p>"
        assert (await client.get("/graphql", params={"query": "{hello}"}, headers=browser)).status_code == 200
        for asking in ({"documentId": "x"}, {"id": "x"}, {"extensions": '{"persistedQuery": {}}'}):
            assert (await client.get("/graphql", params=asking, headers=browser)).status_code == 400
        assert (await client.get("/graphql")).status_code == 400


async def test_subscriptions_stream_to_those_who_ask(stage: Stage, client: httpx.AsyncClient) -> None:
    subscription = {"query": "subscription { count(to: 2) }"}
    plain = await client.post("/graphql", json=subscription)
    assert (plain.status_code, code_of(plain)) == (400, "BAD_REQUEST")
    for accept in ("text/event-stream", f"{JSON}, text/event-stream"):
        streamed = await client.post("/graphql", json=subscription, headers={"accept": accept})
        assert streamed.headers["content-type"] == "text/event-stream; charset=utf-8"
        events = [event for event in streamed.text.split("\n\n") if not event.startswith(":")]
        expected = [f'event: next\ndata: {{"data":{{"count":{number}}}}}' for number in (1, 2)]
        assert events == [*expected, "event: complete\ndata:", ""]
    assert stage.open_streams == 0
