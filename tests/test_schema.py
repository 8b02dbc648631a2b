"""The committed contract: it is what the code exports, and it keeps the conventions of the API."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from aura_gql.commands.export_schema import schema_text

ROOT = Path(__file__).parents[1]
COMMITTED = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))

Rule = Callable[[GraphQLSchema], Iterator[str]]


def own_types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for named in schema.type_map.values():
        if not is_introspection_type(named) and not is_specified_scalar_type(named):
            yield named


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    """Types, fields, arguments and enum values that say nothing."""
    for named in own_types(schema):
        if not named.description:
            yield named.name
        for name, element in elements(named):
            if not element.description:
                yield f"{named.name}.{name}"
            if isinstance(element, GraphQLField):
                yield from (f"{named.name}.{name}({key})" for key, arg in element.args.items() if not arg.description)
    for directive in schema.directives:
        if not directive.description:
            yield f"@{directive.name}"


def elements(named: GraphQLNamedType) -> Iterator[tuple[str, GraphQLField | GraphQLArgument]]:
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        yield from named.fields.items()
    elif isinstance(named, GraphQLEnumType):
        yield from named.values.items()


def oddly_named_values(schema: GraphQLSchema) -> Iterator[str]:
    for named in own_types(schema):
        if isinstance(named, GraphQLEnumType):
            yield from (
                f"{named.name}.{v}" for v in named.values if not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", v)
            )


def oddly_shaped_mutations(schema: GraphQLSchema) -> Iterator[str]:
    """Mutations that take anything but one required `input`, or answer anything but their own payload."""
    fields = schema.mutation_type.fields if schema.mutation_type else {}
    for name, field in fields.items():
        own = name[0].upper() + name[1:]
        if {key: str(argument.type) for key, argument in field.args.items()} != {"input": f"{own}Input!"}:
            yield f"{name}: takes {', '.join(field.args) or 'nothing'}, not one `input: {own}Input!`"
        if str(field.type) != f"{own}Payload!":
            yield f"{name}: answers {field.type}, not {own}Payload!"
        yield from oddly_shaped_payload(schema.type_map.get(f"{own}Payload"))


def oddly_shaped_payload(payload: GraphQLNamedType | None) -> Iterator[str]:
    if not isinstance(payload, GraphQLObjectType):
        return
    for name, field in payload.fields.items():
        if name == "errors" and str(field.type) != "[UserError!]!":
            yield f"{payload.name}.errors: is {field.type}, not [UserError!]!"
        if name != "errors" and str(field.type).endswith("!"):
            yield f"{payload.name}.{name}: can't be null, but a failure has none"
    if "errors" not in payload.fields:
        yield f"{payload.name}: has no errors"


RULES: list[Rule] = [undescribed, oddly_named_values, oddly_shaped_mutations]


def test_the_committed_schema_is_what_the_code_exports() -> None:
    drifted = "schema.graphql is out of date: run scripts/schema and commit what it writes"
    assert (ROOT / "schema.graphql").read_text(encoding="utf-8") == schema_text(), drifted


@pytest.mark.parametrize("rule", RULES)
def test_the_schema_keeps_the_conventions(rule: Rule) -> None:
    assert list(rule(COMMITTED)) == []


_PLANTED = """
"What can be asked." type Query { "Its name." name("Where." at: Int): String bare("Where." at: Int): Colour }
"A colour." enum Colour { "Red." RED blue }
"What can be done." type Mutation {
  "Paint." paint("What." input: PaintInput!): PaintPayload!
  "Wash." wash("What." id: ID!): PaintPayload!
  "Dry." dry("What." input: DryInput!): DryPayload!
}
"What to paint." input PaintInput { "Its id." id: ID! }
"What to dry." input DryInput { id: ID! }
"What was painted." type PaintPayload { "The thing." thing: String "What failed." errors: [UserError!]! }
"What was dried." type DryPayload { "The thing." thing: String! }
"A failure." type UserError { "Why." message("How." in: String): String! }
type Mute { "Its name." name(at: Int): String }
"""


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (undescribed, ["Query.bare", "Colour.blue", "DryInput.id", "Mute", "Mute.name(at)"]),
        (oddly_named_values, ["Colour.blue"]),
        (
            oddly_shaped_mutations,
            [
                "wash: takes id, not one `input: WashInput!`",
                "wash: answers PaintPayload!, not WashPayload!",
                "DryPayload.thing: can't be null, but a failure has none",
                "DryPayload: has no errors",
            ],
        ),
    ],
)
def test_each_rule_can_fail(rule: Rule, found: list[str]) -> None:
    assert list(rule(build_schema(_PLANTED))) == found
