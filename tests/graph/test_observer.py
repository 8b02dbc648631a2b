"""What is told of an operation, whatever way it came and however it ended."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from aura_gql.graph.observer import MAX_NAME_LENGTH, OperationObserver
from aura_gql.infra.live_connections import LiveConnections, LiveLimits
from aura_gql.infra.metrics import Metrics
from aura_gql.infra.operation_log import OPERATION_LOGGER, Kept, OperationLog
from tests.support.graph import Stage, make_app, make_schema, make_viewer, serving
from tests.support.graph_socket import opened
from tests.support.waiting import until

Facts = dict[str, Any]

CANARY = "canary-of-a-user"


@pytest.fixture
def observer() -> OperationObserver:
    return OperationObserver(Metrics("1.2.3"), OperationLog(Kept.ALL))


class Keeping(logging.Handler):
    """Keeps the facts of each line."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[Facts] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.facts.append(vars(record)["facts"])


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[list[Facts]]:
    caplog.set_level(logging.INFO, OPERATION_LOGGER)
    handler = Keeping()
    logging.getLogger(OPERATION_LOGGER).addHandler(handler)
    yield handler.facts
    logging.getLogger(OPERATION_LOGGER).removeHandler(handler)


@pytest.fixture
async def host(observer: OperationObserver) -> AsyncIterator[str]:
    stage = Stage()
    stage.auth.viewers = {"Bearer good": make_viewer()}
    async with serving(make_app(stage, schema=make_schema(observer=observer))) as host:
        yield host


def counted(observer: OperationObserver, **labels: str) -> float | None:
    return observer.metrics.registry.get_sample_value("aura_operations_total", labels)


async def post(host: str, query: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=60) as client:
        return await client.post(f"http://{host}/graphql", json={"query": query}, headers=headers)


async def test_a_query_is_told_once(host: str, observer: OperationObserver, told: list[Facts]) -> None:
    headers = {"authorization": "Bearer good", "x-request-id": "request-17"}
    await post(host, "query Mine { who: viewer hello }", **headers)
    (facts,) = told
    assert facts.pop("duration_ms") > 0
    assert facts == {
        "request_id": "request-17",
        "user_id": "ada",
        "operation": "Mine",
        "field": "viewer",
        "type": "query",
        "transport": "http",
        "outcome": "OK",
    }
    assert counted(observer, operation="viewer", type="query", outcome="OK") == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ hello(", ("other", "unknown", "GRAPHQL_PARSE_FAILED")),
        ("{ nothing }", ("other", "unknown", "GRAPHQL_VALIDATION_FAILED")),
        ("query A { hello } query B { hello }", ("other", "unknown", "BAD_REQUEST")),
        ('{ fail(kind: "domain") }', ("fail", "query", "NOT_FOUND")),
        ('{ fail(kind: "bug") }', ("fail", "query", "INTERNAL")),
        ('{ fail(kind: "database") }', ("fail", "query", "DATABASE_UNAVAILABLE")),
        ('mutation { rename(input: {itemName: "x"}) { item { id } } }', ("rename", "mutation", "UNAUTHENTICATED")),
        ("query { ...F } fragment F on Query { hello }", ("other", "query", "OK")),
        ("{ __typename }", ("__typename", "query", "OK")),
    ],
)
async def test_each_end_has_its_outcome(
    query: str,
    expected: tuple[str, str, str],
    host: str,
    observer: OperationObserver,
    told: list[Facts],
) -> None:
    await post(host, query)
    (facts,) = told
    assert (facts["field"], facts["type"], facts["outcome"]) == expected
    assert counted(observer, operation=expected[0], type=expected[1], outcome=expected[2]) == 1


async def test_a_request_without_an_operation_is_told_too(host: str, told: list[Facts]) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        await client.put(f"http://{host}/graphql", headers={"x-request-id": "request-18"})
    assert told == [{"request_id": "request-18", "transport": "http", "status": 405, "outcome": "BAD_REQUEST"}]


async def test_what_is_found_not_to_run_is_told_once(host: str, told: list[Facts]) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        wrong = [{"query": "mutation { ping }"}, {"query": "query A { hello }", "operationName": "B"}]
        for params in wrong:
            await client.get(f"http://{host}/graphql", params=params)
    assert [facts["outcome"] for facts in told] == ["BAD_REQUEST", "BAD_REQUEST"]


async def test_what_a_socket_refuses_is_told_once(told: list[Facts], observer: OperationObserver) -> None:
    limits = LiveLimits(max_subscriptions_per_user=1, max_subscriptions_per_socket=2)
    stage = Stage()
    stage.auth.viewers = {"Bearer good": make_viewer()}
    app = make_app(stage, schema=make_schema(observer=observer), live=LiveConnections(limits))
    async with serving(app) as host, opened(host) as socket:
        await socket.start({"authorization": "Bearer good"})
        await socket.subscribe("1", "subscription { forever { id } }")
        await socket.receive()
        await socket.send(type="subscribe", id="2", payload={"documentId": "x"})
        await socket.receive()
        await socket.subscribe("3", "subscription { forever { id } }")
        await socket.receive()
        assert [(facts["transport"], facts["outcome"]) for facts in told] == [
            ("websocket", "PERSISTED_QUERY_NOT_SUPPORTED"),
            ("websocket", "QUOTA_EXCEEDED"),
        ]
        assert counted(observer, operation="other", type="unknown", outcome="QUOTA_EXCEEDED") == 1


async def test_a_payloads_error_is_the_outcome(host: str, told: list[Facts]) -> None:
    query = 'mutation { rename(input: {itemName: "taken"}) { errors { code } } }'
    await post(host, query, authorization="Bearer good")
    assert [facts["outcome"] for facts in told] == ["CONFLICT"]


async def test_a_subscription_is_told_at_its_end(host: str, observer: OperationObserver, told: list[Facts]) -> None:
    response = await post(host, "subscription Three { count(to: 3) }", accept="text/event-stream")
    assert response.text.count("event: next") == 3
    (facts,) = told
    assert (facts["type"], facts["transport"], facts["outcome"], facts["events"]) == ("subscription", "sse", "OK", 3)
    events = observer.metrics.registry.get_sample_value("aura_subscription_events_total", {"operation": "count"})
    assert events == 3


async def test_a_subscription_by_plain_post_is_told_once(host: str, told: list[Facts]) -> None:
    accept = "application/graphql-response+json, text/event-stream"
    await post(host, "subscription { count(to: 1) }", accept=accept)
    assert [facts["outcome"] for facts in told] == ["OK"]


async def test_one_that_its_client_leaves_is_cancelled(
    host: str, observer: OperationObserver, told: list[Facts]
) -> None:
    def open_now() -> float | None:
        labels = {"operation": "forever", "transport": "websocket"}
        return observer.metrics.registry.get_sample_value("aura_subscriptions_open", labels)

    async with connect(f"ws://{host}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": "Bearer good"}}))
        await socket.recv()
        query = "subscription Watching { forever { id } }"
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": query}}))
        await asyncio.wait_for(socket.recv(), 60)
        assert open_now() == 1
        socket.transport.abort()
        await until(lambda: open_now() == 0)
    (facts,) = told
    assert (facts["operation"], facts["user_id"], facts["outcome"]) == ("Watching", "ada", "CANCELLED")
    assert facts["request_id"].endswith(".1")


async def test_names_make_no_series_and_are_cut(host: str, observer: OperationObserver, told: list[Facts]) -> None:
    for number in range(5):
        await post(host, f"query Stranger{number}{'x' * 500} {{ hello }}")
    assert max(len(facts["operation"]) for facts in told) == MAX_NAME_LENGTH
    family = next(family for family in observer.metrics.registry.collect() if family.name == "aura_operations")
    assert len(family.samples) == 1


async def test_nothing_of_what_a_client_wrote_is_told(host: str, told: list[Facts]) -> None:
    await post(host, f'{{ hello(name: "{CANARY}") anything(value: {{ {CANARY.replace("-", "_")}: 1 }}) }}')
    assert CANARY not in str(told)
    assert CANARY.replace("-", "_") not in str(told)


async def test_without_a_request_nothing_is_told(observer: OperationObserver, told: list[Facts]) -> None:
    result = await make_schema(observer=observer).execute("{ hello }", context_value=object())
    assert result.errors is None
    assert told == []
