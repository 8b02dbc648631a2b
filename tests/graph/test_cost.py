"""What an answer used of what was asked for."""

from typing import Any

import pytest
from graphql import parse

from aura_gql.graph.cost import OPERATION_POINTS, OperationCost, Path
from aura_gql.graph.cost_plan import plan_costs
from aura_gql.graph.schema import create_schema

COSTS = create_schema().costs


def cost_of(query: str) -> OperationCost:
    (cost,) = plan_costs(parse(query), COSTS.roots, COSTS.price_of).values()
    return cost


def used(query: str, data: Any, failed: set[Path] | None = None, refused: set[Path] | None = None) -> int:
    return cost_of(query).used(None, data, failed or set(), refused or set()) - OPERATION_POINTS


LIST = "{ projects(first: 50) { nodes { id template { id } files { path content } } } }"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"projects": {"nodes": []}}, 10),
        ({"projects": {"nodes": [{"id": "x", "template": None, "files": []}]}}, 10 + 1 + 2 + 5),
        (
            {"projects": {"nodes": [{"template": {}, "files": [{"content": "a"}, {"content": None}]}] * 2}},
            10 + 2 * (1 + 2 + 5 + 2 * 11),
        ),
        # A list without `first` costs what came, also where that is more than was expected.
        ({"projects": {"nodes": [{"template": {}, "files": [{"content": "a"}] * 100}]}}, 10 + 8 + 100 * 11),
        # What directives left out did not run.
        ({"projects": {"nodes": [{"id": "x"}]}}, 10 + 1),
        ({}, 0),
    ],
)
def test_lists_cost_what_came(data: Any, expected: int) -> None:
    assert used(LIST, data) == expected


def test_only_what_was_not_used_can_come_back() -> None:
    assert cost_of(LIST).requested(None) > cost_of(LIST).used(None, {"projects": {"nodes": [{}] * 50}})


def test_what_is_not_there_was_looked_for() -> None:
    assert used('{ project(id: "x") { files { path } } }', {"project": None}) == 10
    assert used('{ nodes(ids: ["a", "b"]) { ... on Project { files { path } } } }', {"nodes": [None, None]}) == 20 + 2


def test_what_the_caller_may_not_costs_nothing() -> None:
    query, path = '{ project(id: "x") { id } viewer { id } }', ("project",)
    assert used(query, {"project": None}, {path}, {path}) == 0
    path = ("createSandbox",)
    assert used("mutation { createSandbox(input: {}) { errors { code } } }", None, {path}, {path}) == 0


def test_what_an_error_took_away_costs_what_was_asked_for() -> None:
    listed = "projects(first: 9) { nodes { files { path } } }"
    whole = 10 + 9 * (1 + 5 + 50)
    below: Path = ("projects", "nodes", 3, "files")
    assert used(f"{{ {listed} }}", None, {below}) == whole
    assert used(f"{{ {listed} }}", None, {("projects",)}) == 10
    # One field failed at once, which took the answers of the others away.
    assert used(f"{{ {listed} templates(first: 0) {{ nodes {{ id }} }} }}", None, {("templates",)}) == whole + 10
    nullable = '{ project(id: "x") { files { path content } } }'
    assert used(nullable, {"project": None}, {("project", "files", 3, "path")}) == 10 + 5 + 50 * 11
    assert used(nullable, {"project": None}, {("project",)}) == 10
    items = '{ nodes(ids: ["a", "b"]) { ... on Project { files { path } } } }'
    torn: set[Path] = {("nodes", 1, "files", 0)}
    assert used(items, {"nodes": [{"files": []}, None]}, torn) == 20 + 1 + 5 + 1 + 5 + 50
