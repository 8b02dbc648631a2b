"""The limits as clients meet them: over HTTP, as events, on a socket."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.support.graph import KnownSessions, Stage, client_of, make_app, make_budget, make_viewer, serving

PING = "mutation { ping }"
PING_POINTS = 5 + 30
READING = 10 + 1
POINTS = READING + 3 * PING_POINTS
COUNT = "subscription { count(to: 1) }"


@pytest.fixture
def stage() -> Stage:
    """Where two users can sign in."""
    return Stage(KnownSessions({f"Bearer {name}": make_viewer(name) for name in ("ada", "eve")}))


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose address has points for three pings."""
    async with client_of(make_app(stage, budget=make_budget(points=POINTS))) as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json={"query": query}, headers=headers)


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_too_much_is_429_with_retry_after(client: httpx.AsyncClient, accept: str) -> None:
    answers = [await ask(client, PING, accept=accept) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers.get("retry-after", "0").isdigit() for answer in answers] == [True] * 4
    body = answers[3].json()
    (error,) = body["errors"]
    assert "data" not in body
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["requestId"]
    assert str(error["extensions"]["retryAfterS"]) == answers[3].headers["retry-after"]
    assert answers[3].headers["content-type"].startswith(accept)
    assert body["extensions"]["cost"]["actual"] == 0
    assert (await ask(client, PING, authorization="Bearer ada")).status_code == 200


async def test_each_answer_tells_its_cost(client: httpx.AsyncClient) -> None:
    body = (await ask(client, PING)).json()
    assert body["data"] == {"ping": True}
    cost = body["extensions"]["cost"]
    assert {name: cost[name] for name in ("requested", "actual", "limit")} == {
        "requested": READING + PING_POINTS,
        "actual": READING + PING_POINTS,
        "limit": POINTS,
    }


async def test_the_remaining_points_can_be_asked_for(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "{ rateLimit { limit remaining used cost resetAt } }", authorization="Bearer ada")
    shown = answer.json()["data"]["rateLimit"]
    assert shown["limit"] == POINTS == shown["remaining"] + shown["used"]
    assert shown["cost"] == shown["used"]


async def test_an_event_stream_is_refused_by_its_first_event(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await ask(client, PING)
    answer = await ask(client, COUNT, accept="text/event-stream")
    events = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    (body,) = [json.loads(event) for event in events]
    assert body["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert body["errors"][0]["extensions"]["retryAfterS"] > 0


async def test_a_socket_gets_a_typed_error_and_lives_on(stage: Stage) -> None:
    async with (
        serving(make_app(stage, budget=make_budget(points=120))) as host,
        connect(f"ws://{host}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket,
    ):
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": "Bearer ada"}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"

        async def answers(id: str) -> list[Any]:
            await socket.send(json.dumps({"type": "subscribe", "id": id, "payload": {"query": COUNT}}))
            messages = [json.loads(await socket.recv())]
            while messages[-1]["type"] == "next":
                messages.append(json.loads(await socket.recv()))
            return messages

        taken = [await answers(str(number)) for number in range(2)]
        assert [[message["type"] for message in messages] for messages in taken] == [["next", "complete"]] * 2
        assert taken[0][0]["payload"]["extensions"]["cost"]["remaining"] == 120 - 57
        (refused,) = await answers("3")
        assert refused["type"] == "error"
        (error,) = refused["payload"]
        assert (error["extensions"]["code"], error["extensions"]["retryAfterS"] > 0) == ("RATE_LIMITED", True)
    async with client_of(make_app(stage)) as other:
        shown = (await ask(other, "{ rateLimit { limit } }")).json()
        assert shown["errors"][0]["extensions"]["code"] == "UNSUPPORTED"
