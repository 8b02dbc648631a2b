"""Documents by their hashes, over every transport."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.manifest import ManifestError
from aura_gql.infra.mongo import Database
from tests.support.api import running_api
from tests.support.graph import Stage, client_of, make_app, make_schema, serving
from tests.support.node import needs_node, node_json

TRUSTED = "query Hello($name: String) { hello(name: $name) }"
STREAM = "subscription Count { count(to: 2) }"
OTHER = "{ hello }"


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


TEXTS = {hash_of(text): text for text in (TRUSTED, STREAM)}


def apq(text: str, **rest: object) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}, **rest}


@pytest.fixture
async def host() -> AsyncIterator[str]:
    """A server that runs trusted documents only."""
    schema = make_schema()
    schema.trust(TEXTS, only=True)
    async with serving(make_app(Stage(), schema=schema)) as host:
        yield host


async def by_post(host: str, operation: dict[str, object]) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=60) as client:
        response = await client.post(f"http://{host}/graphql", json=operation)
    body: dict[str, Any] = response.json()
    assert response.status_code == (400 if "errors" in body else 200)
    return body


async def by_get(host: str, operation: dict[str, object]) -> dict[str, Any]:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in operation.items()}
    async with httpx.AsyncClient(timeout=60) as client:
        response = await client.get(f"http://{host}/graphql", params=texts)
    body: dict[str, Any] = response.json()
    assert response.status_code == (400 if "errors" in body else 200)
    return body


async def by_events(host: str, operation: dict[str, object]) -> dict[str, Any]:
    headers = {"accept": "text/event-stream"}
    async with httpx.AsyncClient(timeout=60) as client:
        response = await client.post(f"http://{host}/graphql", json=operation, headers=headers)
    if response.status_code != 200:
        refused: dict[str, Any] = response.json()
        return refused
    (first, *_) = [line for line in response.text.splitlines() if line.startswith("data: ")]
    body: dict[str, Any] = json.loads(first.removeprefix("data: "))
    return body


async def by_socket(host: str, operation: dict[str, object]) -> dict[str, Any]:
    async with connect(f"ws://{host}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": operation}))
        message = json.loads(await socket.recv())
    return {"errors": message["payload"]} if message["type"] == "error" else dict(message["payload"])


Way = Callable[[str, dict[str, object]], Awaitable[dict[str, Any]]]
EVERY_WAY = pytest.mark.parametrize("way", [by_post, by_get, by_events, by_socket])


@EVERY_WAY
@pytest.mark.parametrize(
    "named",
    [
        apq(TRUSTED),
        apq(TRUSTED, query=TRUSTED),
        {"documentId": f"sha256:{hash_of(TRUSTED)}"},
        {"id": hash_of(TRUSTED)},
        {"query": TRUSTED},
    ],
)
async def test_a_trusted_document_runs(host: str, way: Way, named: dict[str, object]) -> None:
    assert await way(host, {**named, "variables": {"name": "Ada"}}) == {"data": {"hello": "hello Ada"}}


@EVERY_WAY
@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (apq(OTHER), "PERSISTED_QUERY_NOT_FOUND"),
        ({"id": "x" * 5000}, "PERSISTED_QUERY_NOT_FOUND"),
        ({"query": OTHER}, "PERSISTED_QUERY_REQUIRED"),
        (apq(OTHER, query=OTHER), "PERSISTED_QUERY_REQUIRED"),
        ({"query": "{ __schema { types { name } } }"}, "PERSISTED_QUERY_REQUIRED"),
        ({"query": "{ not GraphQL"}, "PERSISTED_QUERY_REQUIRED"),
        (apq(TRUSTED, query=OTHER), "BAD_REQUEST"),
    ],
)
async def test_no_other_document_runs(host: str, way: Way, operation: dict[str, object], code: str) -> None:
    for _ in range(2):  # What was refused is not remembered.
        (error,) = (await way(host, operation))["errors"]
        assert error["extensions"]["code"] == code
        assert error["extensions"]["requestId"]
        assert code != "PERSISTED_QUERY_NOT_FOUND" or error["message"] == "PersistedQueryNotFound"


@pytest.mark.parametrize("way", [by_events, by_socket])
async def test_a_trusted_subscription_runs(host: str, way: Way) -> None:
    assert await way(host, apq(STREAM)) == {"data": {"count": 1}}


async def test_a_document_that_names_nothing_closes_no_more_than_before(host: str) -> None:
    assert (await by_post(host, {}))["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert (await by_post(host, {"query": None, "id": ""}))["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert (await by_post(host, {"query": 5, **apq(TRUSTED)}))["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_beside_trusted_documents_others_may_run() -> None:
    schema = make_schema()
    schema.trust(TEXTS, only=False)
    async with client_of(make_app(Stage(), schema=schema)) as client:
        for _ in range(2):  # A text that came with its hash is not registered.
            unknown = (await client.post("/graphql", json=apq(OTHER))).json()
            assert unknown["errors"][0]["message"] == "PersistedQueryNotFound"
            assert (await client.post("/graphql", json=apq(OTHER, query=OTHER))).json()["data"]
        assert (await client.post("/graphql", json=apq(TRUSTED))).json()["data"]


async def test_without_a_manifest_clients_learn_to_send_texts() -> None:
    async with client_of(make_app(Stage())) as client:
        (error,) = (await client.post("/graphql", json=apq(OTHER))).json()["errors"]
    assert error["message"] == "PersistedQueryNotSupported"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{ hello", "is not GraphQL"),
        ("{ nothing }", "can't run: Cannot query field 'nothing'"),
        ("{ a: hello b: hello c: hello }", "can't run: The operation has 3 aliases; the limit is 2."),
    ],
)
def test_every_document_is_checked_at_the_start(text: str, told: str) -> None:
    with pytest.raises(ManifestError) as caught:
        make_schema(QueryLimits(max_aliases=2)).trust({"a": text}, only=True)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@needs_node
@pytest.mark.parametrize(
    ("only", "document", "told"),
    [
        (True, TRUSTED, {"data": {"hello": "hello world"}, "requests": 1}),
        (False, OTHER, {"data": {"hello": "hello world"}, "requests": 2}),
        (True, OTHER, {"code": "PERSISTED_QUERY_REQUIRED", "requests": 2}),
    ],
)
async def test_apollo_asks_by_hash(only: bool, document: str, told: dict[str, object]) -> None:
    schema = make_schema()
    schema.trust({hash_of(printed): printed for printed in (PRINTED,)}, only=only)
    async with serving(make_app(Stage(), schema=schema)) as host:
        assert await node_json("persisted_apollo.mjs", f"http://{host}/graphql", document) == told


PRINTED = "query Hello($name: String) {\n  hello(name: $name)\n}"
"""TRUSTED as Apollo prints it."""


async def test_the_server_reads_its_manifest(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    text = "{ templates(first: 1) { nodes { id } } }"
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({hash_of(text): text}))
    graph: dict[str, object] = {"trusted_documents": manifest, "trusted_documents_only": True}
    async with running_api(mongodb_uri, tmp_path, database, graph=graph) as api:
        named = await api.http.post("/graphql", json={"documentId": f"sha256:{hash_of(text)}"})
        other = await api.http.post("/graphql", json={"query": "{ viewer { id } }"})
    assert len(named.json()["data"]["templates"]["nodes"]) == 1
    assert other.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_REQUIRED"
