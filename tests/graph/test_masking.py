"""What goes wrong on our side, over every transport: masked, logged once with its request id, counted."""

import json
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from aura_gql.graph.errors import INTERNAL_MESSAGE
from aura_gql.infra.unexpected_errors import UnexpectedErrors
from tests.support.graph import Stage, client_of, make_app, make_viewer, serving
from tests.support.logs import JsonLog, json_log

QUERY = 'query { hello fail(kind: "bug") }'
SUBSCRIPTION = 'subscription { count(to: 3, failAt: 2, kind: "bug") }'
STREAM = {"accept": "text/event-stream"}


async def by_post(client: httpx.AsyncClient, host: str, text: str) -> str:
    return (await client.post("/graphql", json={"query": text})).text


async def by_get(client: httpx.AsyncClient, host: str, text: str) -> str:
    return (await client.get("/graphql", params={"query": text})).text


async def by_events(client: httpx.AsyncClient, host: str, text: str) -> str:
    return (await client.post("/graphql", json={"query": text}, headers=STREAM)).text


async def by_socket(client: httpx.AsyncClient, host: str, text: str) -> str:
    async with connect(f"ws://{host}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": text}}))
        messages = [str(await socket.recv())]
        while json.loads(messages[-1])["type"] == "next":
            messages.append(str(await socket.recv()))
        return "\n".join(messages)


Way = Callable[[httpx.AsyncClient, str, str], Awaitable[str]]


@pytest.fixture
def log() -> Iterator[JsonLog]:
    with json_log() as log:
        yield log


@pytest.mark.parametrize(
    ("way", "text"),
    [
        (by_post, QUERY),
        (by_get, QUERY),
        (by_events, QUERY),
        (by_events, SUBSCRIPTION),
        (by_socket, QUERY),
        (by_socket, SUBSCRIPTION),
    ],
)
async def test_a_bug_is_masked_logged_once_and_counted(way: Way, text: str, log: JsonLog) -> None:
    errors = UnexpectedErrors()
    async with serving(make_app(Stage())) as host, httpx.AsyncClient(base_url=f"http://{host}", timeout=60) as client:
        with errors.counting():
            answer = await way(client, host, text)
    assert INTERNAL_MESSAGE in answer
    assert not any(word in answer for word in ("secret", "KeyError", "Traceback", ".py"))
    (line,) = log.errors
    assert "KeyError: 'secret'" in line["exception"]
    assert f'"requestId":"{line["request_id"]}"' in answer
    assert dict(errors.counts) == {"graph": 1}


@pytest.mark.parametrize("way", [by_post, by_get, by_events, by_socket])
async def test_a_result_that_can_not_be_json_is_a_bug_too(way: Way, log: JsonLog) -> None:
    async with serving(make_app(Stage())) as host, httpx.AsyncClient(base_url=f"http://{host}", timeout=60) as client:
        answer = await way(client, host, "{ anything(value: 123456789012345678901234567890) }")
    assert INTERNAL_MESSAGE in answer
    (line,) = log.errors
    assert f'"requestId":"{line["request_id"]}"' in answer


async def test_a_bug_before_the_operation_is_masked_logged_once_and_counted(log: JsonLog) -> None:
    class Broken:
        async def authenticate(self, cookie: str | None, authorization: str | None) -> None:
            raise KeyError("secret")

    stage, errors = Stage(auth=Broken()), UnexpectedErrors()  # type: ignore[arg-type]
    async with client_of(make_app(stage)) as client:
        with errors.counting():
            response = await client.post("/graphql", json={"query": "{hello}"}, headers={"cookie": "a=b"})
    assert response.status_code == 500
    assert "secret" not in response.text
    (line,) = log.errors
    assert (
        line["request_id"]
        == response.headers["x-request-id"]
        == response.json()["errors"][0]["extensions"]["requestId"]
    )
    assert errors.total == 1


async def test_what_fails_many_fields_is_logged_once(log: JsonLog) -> None:
    stage = Stage()
    stage.auth.viewers = {"Bearer good": make_viewer()}
    query = "{ " + " ".join(f'i{n}: nodes(ids: ["SXRlbTox"]) {{ ... on Item {{ value }} }}' for n in range(5)) + " }"
    stage.values = Vanishing({"1": "one"})
    async with client_of(make_app(stage)) as client:
        answer = (await client.post("/graphql", json={"query": query})).json()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL"] * 5
    assert len(log.errors) == 1


async def test_an_outage_is_logged_once_without_a_traceback(log: JsonLog) -> None:
    query = '{ a: fail(kind: "database") b: fail(kind: "database") }'
    async with client_of(make_app(Stage())) as client:
        answer = (await client.post("/graphql", json={"query": query})).json()
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"DATABASE_UNAVAILABLE"}
    assert all(error["extensions"]["retryable"] for error in answer["errors"])
    (line,) = log.errors
    assert "exception" not in line


class Vanishing(dict[str, str]):
    """Values that can be seen and not read."""

    def __getitem__(self, key: str) -> str:
        raise KeyError("secret")
