"""Which fields are read directly."""

import strawberry
from graphql import GraphQLObjectType

from aura_gql.graph.attributes import read_directly
from aura_gql.graph.permissions import Anyone


@strawberry.type
class Person:
    first_name: str
    family: str = strawberry.field(name="lastName")
    guarded: str = strawberry.field(permission_classes=[Anyone], default="guarded")

    @strawberry.field
    def full_name(self, separator: str = " ") -> str:
        return f"{self.first_name}{separator}{self.family}"


@strawberry.type
class Query:
    @strawberry.field
    def person(self) -> Person:
        return Person(first_name="Ada", family="Lovelace")


def test_only_plain_fields_are_read_directly_and_all_answer_as_before() -> None:
    schema = strawberry.Schema(Query)
    person = schema._schema.type_map["Person"]
    assert isinstance(person, GraphQLObjectType)
    before = {name: field.resolve for name, field in person.fields.items()}
    query = '{ person { first: firstName lastName guarded fullName(separator: ", ") } }'
    wanted = schema.execute_sync(query).data
    read_directly(schema._schema)
    changed = {name for name, field in person.fields.items() if field.resolve is not before[name]}
    assert changed == {"firstName", "lastName"}
    assert schema.execute_sync(query).data == wanted
    assert wanted == {
        "person": {"first": "Ada", "lastName": "Lovelace", "guarded": "guarded", "fullName": "Ada, Lovelace"}
    }


def test_interfaces_and_introspection_are_left_alone() -> None:
    schema = strawberry.Schema(Query)
    read_directly(schema._schema)
    asked = schema.execute_sync("{ __schema { queryType { name } } person { __typename } }")
    assert asked.data == {"__schema": {"queryType": {"name": "Query"}}, "person": {"__typename": "Person"}}
