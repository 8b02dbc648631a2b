"""What a document costs before it may run."""

import pytest
from graphql import build_schema, parse

from aura_gql.graph.validation import MAX_ERRORS, validate_document

SCHEMA = build_schema("""
    type Query { things(filter: Filter): Things hello: String }
    type Things { nodes: [Thing!]! }
    type Thing { id: ID! name: String things: Things }
    input Filter { name: String }
""")


def codes(query: str) -> list[object]:
    return [(error.extensions or {})["code"] for error in validate_document(SCHEMA, parse(query), introspection=True)]


@pytest.mark.parametrize(
    "query",
    [
        "{" + "things { nodes { id } } " * 240 + "}",
        "{ things { nodes {" + "id name " * 480 + "} } }",
        "{" + "... { hello } " * 480 + "}",
        "{"
        + "".join(f"...f{n} " for n in range(400))
        + "}"
        + "".join(f"fragment f{n} on Query {{ hello }} " for n in range(400)),
        "{ ...a0 ...b0 }"
        + "".join(f"fragment {x}{n} on Query {{ hello ...{x}{n + 1} }} " for n in range(220) for x in "ab")
        + "fragment a220 on Query { hello } fragment b220 on Query { hello }",
    ],
    ids=["fields with fields", "leaves", "inline fragments", "fragments", "chains of fragments"],
)
def test_pairs_are_not_compared_without_end(query: str) -> None:
    assert codes(query) == ["QUERY_TOO_COMPLEX"]


def test_a_page_of_many_components_is_fine() -> None:
    fragments = [f"fragment f{n} on Thing {{ id name things {{ nodes {{ id }} }} }}" for n in range(30)]
    query = "{ things { nodes {" + "".join(f"...f{n} " for n in range(30)) + "} } }" + " ".join(fragments)
    assert codes(query) == []


def test_mistakes_are_told_a_few_at_a_time() -> None:
    told = codes("{ things(filter: {" + "a: 1 " * 1200 + "}) { nodes { id } } }")
    assert told == ["GRAPHQL_VALIDATION_FAILED"] * (MAX_ERRORS + 1)
    assert codes("{ a b }") == ["GRAPHQL_VALIDATION_FAILED"] * 2
