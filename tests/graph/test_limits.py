"""Sizes of operations, with fragments written out."""

from time import perf_counter

import pytest
from graphql import get_introspection_query, parse

from aura_gql.graph.limits import QueryLimits, complexity_error, too_complex

LIMITS = QueryLimits(max_depth=3, max_aliases=2, max_fields=6)


def complaints(query: str, limits: QueryLimits = LIMITS) -> list[str]:
    return [error.message for error in too_complex(parse(query), limits)]


@pytest.mark.parametrize(
    "query",
    [
        "{ a { b { c } } }",
        "{ x: a y: b }",
        "{ a b c d e f }",
        "{ a a a ...f } fragment f on Q { b { c } }",
        "query A { a { b { c } } } query B { a b c d e f }",
        "{ ...f } fragment f on Q { a ...f }",
        "{ ...missing }",
    ],
)
def test_within(query: str) -> None:
    assert complaints(query) == []


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("{ a { b { c { d } } } }", "The operation is 4 levels deep; the limit is 3."),
        ("{ a { ... on Q { b { ...f } } } } fragment f on Q { c { d } }", "is 4 levels deep"),
        ("{ x: a y: b z: __typename }", "The operation has 3 aliases; the limit is 2."),
        ("{ a b c d e f __typename }", "The operation has 7 fields; the limit is 6."),
        ("{ ...f ...f ...f ...f } fragment f on Q { a b }", "has 8 fields"),
        ("query A { a } query B { a b c d e f g }", "has 7 fields"),
    ],
)
def test_beyond(query: str, complaint: str) -> None:
    (message,) = complaints(query)
    assert complaint in message


@pytest.mark.parametrize(
    ("query", "work"),
    [
        ("query A { ...f } query B { ...f } query C { ...f } fragment f on Q { a a }", 9),
        ("query A { a(b: $v, c: [$v, {d: $v}]) } query B { a @skip(if: $v) } query C { a }", 7),
        (
            "query A { ...f } query B { ...f } fragment f on Q { ...g } fragment g on Q { ...h } fragment h on Q { a }",
            8,
        ),
    ],
)
def test_operations_of_a_document_add_up(query: str, work: int) -> None:
    assert complaints(query, QueryLimits(max_work=work)) == []
    told = f"The document has {work} fields, spreads and variables in all; the limit is {work - 1}."
    assert complaints(query, QueryLimits(max_work=work - 1)) == [told]


def test_nested_spreads_take_linear_time() -> None:
    links = " ".join(f"fragment f{n} on Q {{ ...f{n + 1} ...f{n + 1} }}" for n in range(200))
    began = perf_counter()
    assert complaints(f"{{ ...f0 }} {links} fragment f200 on Q {{ a }}") != []
    assert perf_counter() - began < 5  # Exponential time would not end at all.


def test_tools_may_introspect() -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert complaints(query, QueryLimits()) == []


def test_the_error_has_its_code() -> None:
    assert complexity_error("x").extensions == {"code": "QUERY_TOO_COMPLEX"}
