"""Each limit of one request, hit on the real server by what exceeds it by one; the answer names it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aura_gql.graph.nodes import MAX_NODES, to_global_id
from aura_gql.infra.mongo import Database
from aura_gql.kernel.page import MAX_PAGE_SIZE
from tests.support.api import Api, Member, Refused, running_api

LIMITS: dict[str, object] = {
    "max_query_depth": 5,
    "max_query_aliases": 3,
    "max_query_fields": 12,
    "max_query_tokens": 80,
    "max_query_cost": 60,
    "max_body_bytes": 10_000,
}
IDS = [to_global_id("Template", f"{number:024}") for number in range(MAX_NODES + 1)]


@pytest.fixture
async def small(mongodb_uri: str, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """A server that takes little."""
    async with running_api(mongodb_uri, tmp_path, database, graph=LIMITS) as api:
        yield api


@pytest.fixture
async def usual(mongodb_uri: str, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """A server as it comes."""
    async with running_api(mongodb_uri, tmp_path, database) as api:
        yield api


async def refusal(member: Member, query: str, **variables: Any) -> str:
    """The code and the message of the one error."""
    with pytest.raises(Refused) as refused:
        await member.execute(query, **variables)
    (error,) = refused.value.errors
    return f"{error['extensions']['code']}: {error['message']}"


async def test_each_limit_of_an_operation_is_named(small: Api) -> None:
    anyone = small.anonymous
    within = (
        "{ templates(first: 1) { edges { node { files { path } } } } }",
        "{ a: __typename b: __typename c: __typename }",
        "{" + " __typename" * 12 + "}",
        "{ templates(first: 45) { nodes { id } } }",
    )
    for query in within:
        await anyone.execute(query)
    beyond = {
        "{ templates { edges { node { files { path { x } } } } } }": "is 6 levels deep; the limit is 5.",
        "{ a: __typename b: __typename c: __typename d: __typename }": "has 4 aliases; the limit is 3.",
        "{" + " __typename" * 13 + "}": "has 13 fields; the limit is 12.",
        "{ templates(first: 46) { nodes { id } } }": "costs 61 points; the limit is 60.",
    }
    for query, fact in beyond.items():
        assert await refusal(anyone, query) == f"QUERY_TOO_COMPLEX: The operation {fact}"
    tokens = await refusal(anyone, "{" + " __typename" * 81 + "}")
    assert tokens.startswith("QUERY_TOO_COMPLEX: ")
    assert "more than 80 tokens" in tokens


async def test_each_alias_of_an_expensive_field_is_charged(small: Api) -> None:
    two = "{ a: templates(first: 15) { nodes { id } } b: templates(first: 15) { nodes { id } } }"
    await small.anonymous.execute(two)
    three = two.replace("{ a:", "{ c: templates(first: 1) { nodes { id } } a:")
    assert (await refusal(small.anonymous, three)).endswith("costs 66 points; the limit is 60.")


async def test_lists_and_variables_are_bounded(usual: Api) -> None:
    ada = await usual.sign_in("ada")
    projects = "query ($n: Int) { projects(first: $n) { totalCount } }"
    message = f"INVALID_INPUT: `first` must be 1 to {MAX_PAGE_SIZE}, not"
    for size in (0, -1, MAX_PAGE_SIZE + 1, 2**31 - 1):
        assert (await refusal(ada, projects, n=size)).startswith(message)
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert len((await ada.execute(nodes, ids=IDS[:-1]))["nodes"]) == MAX_NODES
    values = await refusal(ada, nodes, ids=["x"] * 20_001)
    assert values == "QUERY_TOO_COMPLEX: The variables hold more than 20000 values."
    assert await refusal(ada, nodes, ids=IDS) == f"INVALID_INPUT: `ids` may hold {MAX_NODES} ids, not {MAX_NODES + 1}."


async def test_bodies_are_bounded_and_batches_are_off(small: Api) -> None:
    async def answer(content: bytes) -> tuple[int, str]:
        response = await small.http.post("/graphql", content=content, headers={"content-type": "application/json"})
        (error,) = response.json()["errors"]
        return response.status_code, f"{error['extensions']['code']}: {error['message']}"

    status, message = await answer(json.dumps({"query": "{ __typename }", "variables": {"x": "y" * 10_000}}).encode())
    assert (status, message) == (413, "BAD_REQUEST: The body may have 10000 bytes.")
    status, message = await answer(b'[{"query": "{ __typename }"}]')
    assert (status, message.startswith("BAD_REQUEST: Batches are off")) == (400, True)
