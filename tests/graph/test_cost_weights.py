"""The table of weights against the schema."""

from pathlib import Path

from graphql import GraphQLSchema

from aura_gql.graph.cost import Count, FieldPrice
from aura_gql.graph.cost_weights import WEIGHTS, CostTable, Weight, does_work, fields_of, in_words
from aura_gql.graph.schema import create_schema
from tests.support import limits_page
from tests.support.graph import make_schema

SCHEMA = create_schema()._schema


def forgotten(schema: GraphQLSchema, weights: dict[str, Weight]) -> set[str]:
    """Fields that do work and have no weight."""
    working = {
        f"{type_name}.{name}"
        for type_name, name, field in fields_of(schema)
        if does_work(field) and not (type_name.endswith("Connection") and name == "totalCount")
    }
    return working - set(weights)


def test_every_field_that_does_work_has_a_weight() -> None:
    assert forgotten(SCHEMA, dict(WEIGHTS)) == set()


def test_a_forgotten_field_is_seen() -> None:
    weights = dict(WEIGHTS)
    del weights["Project.files"], weights["Mutation.createProject"]
    assert forgotten(SCHEMA, weights) == {"Project.files", "Mutation.createProject"}


def test_every_weight_is_that_of_a_field() -> None:
    assert set(WEIGHTS) <= {f"{type_name}.{name}" for type_name, name, _ in fields_of(SCHEMA)}


def test_every_list_of_objects_without_first_has_an_estimate() -> None:
    prices = CostTable(SCHEMA)
    bare = [
        (type_name, name)
        for type_name, name, field in fields_of(SCHEMA)
        if does_work(field) and str(field.type).startswith("[") and prices.price_of(type_name, name).count is Count.ONCE
    ]
    assert bare == []


def test_what_the_table_forgot_is_not_free() -> None:
    costs = CostTable(make_schema()._schema, {})
    assert costs.price_of("Query", "hello").points > 0
    assert costs.price_of("Query", "never").points > 0
    assert costs.price_of("Query", "__schema").points > 0
    assert costs.price_of("Query", "__typename").points == 0
    assert costs.roots == {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


def test_the_schema_tells_the_prices() -> None:
    fields = {f"{type_name}.{name}": field.description or "" for type_name, name, field in fields_of(SCHEMA)}
    assert fields["Query.projects"].endswith(" Costs 10 points, and 1 for each item.")
    assert fields["Project.files"].endswith(" Costs 5 points, and 1 for each item; 50 are expected.")
    assert fields["Project.template"].endswith(" Costs 2 points.")
    assert "point" not in fields["Project.name"]
    assert in_words(FieldPrice(1)) == "Costs 1 point."


def test_the_page_about_limits_is_made_from_the_code() -> None:
    committed = Path(__file__).parents[2] / "docs" / "limits.md"
    assert committed.read_text() == limits_page.render(), "run: python -m tests.support.limits_page > docs/limits.md"
