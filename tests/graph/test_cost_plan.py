"""What is found in a document, over the real schema."""

from time import perf_counter

import pytest
from graphql import parse

from aura_gql.graph.cost import OPERATION_POINTS
from aura_gql.graph.cost_plan import CostPlan, plan_costs
from aura_gql.graph.schema import create_schema

COSTS = create_schema().costs
ON_QUERY = 'fragment %s on Query { project(id: "x") { id } }'


def plan(query: str) -> CostPlan:
    return plan_costs(parse(query), COSTS.roots, COSTS.price_of)


def points(query: str, **variables: object) -> int:
    (cost,) = plan(query).values()
    return cost.requested(variables) - OPERATION_POINTS


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __typename }", 0),
        ("{ viewer { id name email } }", 0),
        ('{ project(id: "x") { id name configuration { eslint } } }', 10),
        # Each alias is a field of its own; the same name twice is not.
        ('{ a: project(id: "x") { id } b: project(id: "y") { id } }', 20),
        ('{ project(id: "x") { id } project(id: "x") { name } }', 10),
        (f"{{ ...A ...B }} {ON_QUERY % 'A'} {ON_QUERY % 'B'}", 10),
        # Lists by `first`, by the default page, at most by the largest page.
        ("{ projects(first: 5) { nodes { id } } }", 10 + 5),
        ("{ projects { nodes { id } } }", 10 + 20),
        ("{ projects(first: null) { nodes { id } } }", 10 + 20),
        ("{ projects(first: 2000000000) { nodes { id } } }", 10 + 100),
        ("{ projects(first: -1) { nodes { id } } }", 10 + 1),
        ("{ projects(first: 5) { edges { node { template { id } } } } }", 10 + 5 * (1 + 2)),
        ("{ projects(first: 5) { nodes { id } edges { cursor } } }", 10 + 5 + 5),
        ("{ projects(first: 5) { totalCount pageInfo { endCursor } } }", 10 + 10),
        # Lists in lists multiply; those without `first` count as the table has it.
        ("{ projects(first: 5) { nodes { files { path } } } }", 10 + 5 * (1 + 5 + 50)),
        ("{ projects(first: 5) { nodes { files { content } } } }", 10 + 5 * (1 + 5 + 50 * (1 + 10))),
        ('{ projects(first: 5) { nodes { a: file(path: "a") { size } b: file(path: "b") { size } } } }', 10 + 5 * 7),
        # As many as there are ids, and every type that they may be of.
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 20 + 3),
        ('{ nodes(ids: "a") { id } }', 20 + 1),
        (
            "{ nodes(ids: [1, 2]) { ... on Project { files { path } } ... on Template { files { path } } } }",
            20 + 2 * 84,
        ),
        ("{ __schema { types { fields { name } } } }", 100),
        ("mutation { a: createSandbox(input: {}) { sandbox { id } } b: createSandbox(input: {}) { errors } }", 400),
        ('subscription { executionOutput(id: "x") { ... on ExecutionOutputBatch { chunks { text } } } }', 50),
        ("{ ... @include(if: false) { projects(first: 3) { nodes { id } } } }", 10 + 3),
    ],
)
def test_prices(query: str, expected: int) -> None:
    assert points(query) == expected


def test_variables_tell_the_size() -> None:
    head = 'query ($n: Int = 7, $ids: [ID!]! = ["a"])'
    query = head + "{ projects(first: $n) { nodes { id } } nodes(ids: $ids) { id } }"
    assert points(query) == 10 + 7 + 20 + 1
    assert points(query, n=50, ids=["a", "b"]) == 10 + 50 + 20 + 2
    assert points(query, n=50.0) == 10 + 50 + 20 + 1
    assert points(query, n=1e308) == 10 + 100 + 20 + 1
    assert points(query, n=None) == 10 + 20 + 20 + 1
    assert points(query, n=1000, ids="a") == 10 + 100 + 20 + 1
    assert points(query, n="many", ids=None) == 10 + 20 + 20 + 1


def test_a_variable_that_is_missing_is_the_default() -> None:
    assert points("query ($n: Int) { projects(first: $n) { nodes { id } } }") == 10 + 20


def test_each_operation_has_its_own_cost() -> None:
    fragment = "fragment f on Query { projects(first: $n) { nodes { id } } }"
    plans = plan("query A { viewer { id } } query B($n: Int = 3) { ...f } " + fragment)
    assert {name: cost.requested(None) for name, cost in plans.items()} == {"A": 5, "B": 5 + 10 + 3}


def test_nested_spreads_take_linear_time() -> None:
    links = " ".join(f"fragment f{n} on Project {{ ...f{n + 1} ...f{n + 1} }}" for n in range(150))
    end = "fragment f150 on Project { template { id } }"
    began = perf_counter()
    assert points(f'{{ project(id: "x") {{ ...f0 }} }} {links} {end}') == 10 + 2
    assert perf_counter() - began < 5  # Exponential time would not end at all.
