"""Whatever a client sends, it gets an answer that is its own fault."""

import json
import random
from collections.abc import Iterator

from tests.support.graph import Stage, client_of, make_app

SEED = 20_260
REQUESTS = 600

BODIES: list[dict[str, object]] = [
    {"query": "query A($n: String) { hello(name: $n) }", "variables": {"n": "x"}, "operationName": "A"},
    {"query": "{ items(first: 2) { nodes { id value } pageInfo { endCursor } } }"},
    {"query": 'mutation { rename(input: {itemName: "x"}) { errors { code } } }', "extensions": {}},
    {"query": '{ node(id: "SXRlbTox") { id ... on Item { value } } anything(value: {a: [1, 2.5, "x"]}) }'},
    {"query": '{ moment(value: "2026-01-31T12:00:00Z") long(value: 5) fail(kind: "domain") }'},
    {"query": "subscription { count(to: 2) }"},
    {"query": "{ __schema { types { name fields { name } } } }"},
]
ODD = [
    "\x00",
    "\ud800",
    "\\",
    "{",
    "}",
    '"',
    '"""',
    "$",
    "@",
    "...",
    "null",
    "1e999",
    "-",
    "\u2028",
    "\U0001d4b3",
    "#",
    "!",
    "[",
    "9" * 40,
]
VALUES: list[object] = [None, 0, -1, 2**70, 1.5, "", "x" * 5000, [], {}, [[]], True, {"a": {"b": [None]}}]
HEADERS = {
    "accept": [
        "*/*",
        "text/event-stream",
        "application/graphql-response+json",
        ";q=",
        "text/html",
        "\x7f",
        "a/b;q=9e9",
    ],
    "content-type": ["application/json", "application/json;charset=utf-8", "text/plain", ";", "multipart/form-data"],
    "cookie": ["=", "a=b; a", "better-auth.session_token=%ff%00.x", ";" * 50],
    "authorization": ["Bearer", "Bearer ", "Basic x", "Bearer a.b.c", "\xff"],
    "origin": ["null", "http://localhost", "https://[", "x"],
    "x-request-id": ["", "a" * 999, "../../x"],
}


def mutated(source: random.Random) -> Iterator[tuple[str, bytes, dict[bytes, bytes]]]:
    for _ in range(REQUESTS):
        body = dict(source.choice(BODIES))
        if source.random() < 0.3:
            body[source.choice(["query", "variables", "operationName", "extensions", "other"])] = source.choice(VALUES)
        if source.random() < 0.5 and isinstance(body.get("query"), str):
            body["query"] = _scrambled(source, str(body["query"]))
        raw = json.dumps(body).encode()
        if source.random() < 0.3:
            at = source.randrange(len(raw))
            raw = raw[:at] + source.randbytes(source.randrange(4)) + raw[at + source.randrange(8) :]
        names = source.sample(sorted(HEADERS), source.randrange(4))
        headers = {b"content-type": b"application/json"}
        headers |= {name.encode(): source.choice(HEADERS[name]).encode("latin-1") for name in names}
        yield source.choices(["POST", "GET", "PUT"], [8, 3, 1])[0], raw, headers


def _scrambled(source: random.Random, text: str) -> str:
    for _ in range(source.randrange(1, 6)):
        at = source.randrange(len(text) + 1)
        text = source.choice(
            [text[:at] + source.choice(ODD) + text[at:], text[:at] + text[at + 3 :], text[:at], text + text[at:]]
        )
    return text


async def test_no_request_is_answered_by_500() -> None:
    statuses: set[int] = set()
    async with client_of(make_app(Stage())) as client:
        for method, body, headers in mutated(random.Random(SEED)):
            params = (
                {"query": body.decode("latin-1"), "variables": body[:20].decode("latin-1")} if method == "GET" else {}
            )
            response = await client.request(method, "/graphql", content=body, params=params, headers=headers)
            assert response.status_code < 500, (method, body, headers, response.text)
            if not response.headers["content-type"].startswith("text/event-stream"):
                assert response.json()
            assert "INTERNAL" not in response.text, (method, body, headers, response.text)
            statuses.add(response.status_code)
    assert {200, 400, 405, 406, 415} <= statuses
