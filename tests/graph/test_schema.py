"""The merged schema."""

from graphql import GraphQLInterfaceType

from aura_gql.graph import schema as merged
from aura_gql.graph.limits import QueryLimits


def test_every_node_type_can_be_fetched_by_its_id() -> None:
    node = merged.create_schema()._schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)

    implementations = merged.create_schema()._schema.get_implementations(node).objects

    assert {type_.name for type_ in implementations} == merged._FETCHERS.keys()


def test_the_limits_are_those_of_the_settings() -> None:
    assert merged.create_schema(QueryLimits(max_depth=3)).limits.max_depth == 3
