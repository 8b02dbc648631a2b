"""Asking for the schema, once and over and over."""

import re

import pytest
from graphql import get_introspection_query, parse

from aura_gql.graph.introspection import introspects_too_much
from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.schema import create_schema
from tests.support.graph import Stage

FULL = get_introspection_query(
    descriptions=True,
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
)
TYPES = "types { name fields { name description type { name ofType { name } } args { name } } }"


@pytest.mark.parametrize(
    "query",
    [
        FULL,
        get_introspection_query(),
        re.sub(r"{(?!.*queryType)", "{ __typename ", FULL),
        f'{{ __schema {{ {TYPES} }} a: __type(name: "Query") {{ fields {{ name }} }} }}',
        "{ __schema { types { fields { type { ofType { fields { name type { name } } } } } } } }",
        "{ ...f } fragment f on Query { project { types { types { types { types } } } } ...f }",
    ],
    ids=["everything", "older tools", "with every __typename", "twice", "a list in a list", "no introspection"],
)
def test_tools_may_ask(query: str) -> None:
    assert introspects_too_much(parse(query)) == []


@pytest.mark.parametrize(
    "query",
    [
        "{" + " ".join(f"a{n}: __schema {{ {TYPES} }}" for n in range(30)) + "}",
        "{ __schema {" + " ".join(f"a{n}: {TYPES}" for n in range(30)) + "} }",
        "{ __schema {" + " ...f" * 30 + f"}} }} fragment f on __Schema {{ {TYPES} }}",
        "{ ...a } fragment a on Query { ... { ...b ...b } } fragment b on Query {"
        + " ".join(f"a{n}: __schema {{ {TYPES} }}" for n in range(12))
        + "}",
        "query A { hello } query B { __schema { types {"
        + " ".join(f"a{n}: fields {{ type {{ ofType {{ fields {{ name type {{ name }} }} }} }} }}" for n in range(20))
        + "} } }",
    ],
    ids=["roots", "lists", "spreads", "spreads of spreads", "one of two operations"],
)
def test_nobody_may_repeat_it(query: str) -> None:
    (error,) = introspects_too_much(parse(query))
    assert error.extensions == {"code": "QUERY_TOO_COMPLEX"}


def test_nested_spreads_take_linear_time() -> None:
    links = " ".join(f"fragment f{n} on __Schema {{ ...f{n + 1} ...f{n + 1} }}" for n in range(200))
    assert introspects_too_much(parse(f"{{ __schema {{ ...f0 }} }} {links} fragment f200 on __Schema {{ {TYPES} }}"))


async def test_it_is_measured_before_it_runs() -> None:
    schema = create_schema(QueryLimits())
    refused = await schema.execute(
        "{ __schema {" + " ".join(f"a{n}: {TYPES}" for n in range(30)) + "} }", context_value=Stage().context()
    )
    assert [(error.extensions or {})["code"] for error in refused.errors or ()] == ["QUERY_TOO_COMPLEX"]
    assert (await schema.execute(FULL, context_value=Stage().context())).errors is None
