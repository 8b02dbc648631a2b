"""What happens before an operation runs."""

import pytest
from graphql import DocumentNode, GraphQLError, GraphQLSchema

from aura_gql.graph import rules
from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.validation import validate_document
from tests.support.graph import Stage, make_schema, make_viewer


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of documents as they are validated."""
    texts: list[str] = []
    validate = validate_document

    def counted(schema: GraphQLSchema, document: DocumentNode, *, introspection: bool) -> list[GraphQLError]:
        assert document.loc
        texts.append(document.loc.source.body)
        return validate(schema, document, introspection=introspection)

    monkeypatch.setattr(rules, "validate_document", counted)
    return texts


async def test_a_document_is_validated_once(validations: list[str]) -> None:
    schema, stage = make_schema(), Stage()
    query = "query ($n: String!) { hello(name: $n) }"
    for name in ("a", "b"):
        result = await schema.execute(query, {"n": name}, context_value=stage.context())
        assert result.data == {"hello": f"hello {name}"}
    stream = await schema.stream(query, {"n": "c"}, context_value=stage.context())
    assert [getattr(result, "data", None) async for result in stream] == [{"hello": "hello c"}]
    assert validations == [query]
    assert schema.documents.get(query) is not None


async def test_what_is_invalid_is_not_kept(validations: list[str]) -> None:
    schema, stage = make_schema(), Stage()
    for request_id in ("1", "2"):
        result = await schema.execute("{ nothing }", context_value=stage.context().for_operation(request_id))
        assert [error.extensions for error in result.errors or ()] == [
            {"code": "GRAPHQL_VALIDATION_FAILED", "requestId": request_id}
        ]
    assert len(validations) == 2
    assert len(schema.documents) == 0


async def test_what_is_too_large_is_not_even_validated(validations: list[str]) -> None:
    schema = make_schema(QueryLimits(max_tokens=100, max_fields=20))
    for query in (
        "{" + "hello " * 90 + "}",
        "{" + "hello " * 200 + "}",
        "{ ...f }" + "fragment f on Query { hello }" * 30,
    ):
        result = await schema.execute(query, context_value=Stage().context())
        assert [(error.extensions or {})["code"] for error in result.errors or ()] == ["QUERY_TOO_COMPLEX"]
    assert validations == []


async def test_variables_have_a_bounded_number_of_values() -> None:
    schema, query = make_schema(QueryLimits(max_variable_values=5)), "query ($v: JSON!) { anything(value: $v) }"
    fine: dict[str, object] = {"v": {"a": ["x,y,z", {}], "b": None}}
    assert (await schema.execute(query, fine, context_value=Stage().context())).errors is None
    for value in (["x"] * 6, {"a": [[[[None]]], 1]}, {"a": 1, "b": {"c": 2, "d": 3, "e": 4}}):
        result = await schema.execute(query, {"v": value}, context_value=Stage().context())
        assert [(error.extensions or {})["code"] for error in result.errors or ()] == ["QUERY_TOO_COMPLEX"]


async def test_deep_chains_of_fragments_are_refused() -> None:
    links = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(900))
    query = f"{{ ...f0 }} {links} fragment f900 on Query {{ hello }}"
    result = await make_schema(QueryLimits(max_tokens=100_000)).execute(query, context_value=Stage().context())
    assert [(error.extensions or {})["code"] for error in result.errors or ()] == ["QUERY_TOO_COMPLEX"]


async def test_one_of_several_operations_must_be_named() -> None:
    schema, query = make_schema(), "query A { hello } query B { hello(name: 2) }".replace("2", '"b"')
    for _ in range(2):
        unnamed = await schema.execute(query, context_value=Stage().context())
        assert [(error.extensions or {})["code"] for error in unnamed.errors or ()] == ["BAD_REQUEST"]
        named = await schema.execute(query, context_value=Stage().context(), operation_name="B")
        assert named.data == {"hello": "hello b"}


INTROSPECTION = (
    "{ __schema { types { name } } }",
    '{ __type(name: "Item") { name } }',
    "{ ...f } fragment f on Query { hidden: __schema { queryType { name } } }",
)
MISTAKES = (
    "{ helo }",
    '{ hello(nam: "a") }',
    "{ items { edges { node { valu } } } }",
    "{ node(id: 1) { ... on Itm { id } } }",
    '{ node(id: "x") { value } }',
    "{ hello { length } }",
    "{ items }",
    'mutation { rename(input: {itemNam: "a"}) { errors { message } } }',
    "query ($i: RenameInpu!) { hello }",
    "{ hello @skp(if: true) }",
    "mutation ($i: RenameInput!) { rename(input: $i) { errors { message } } }",
)


@pytest.mark.parametrize("query", INTROSPECTION)
async def test_the_schema_is_told_unless_that_is_switched_off(query: str) -> None:
    assert (await make_schema().execute(query, context_value=Stage().context())).data
    schema = make_schema(QueryLimits(introspection=False))
    for _ in range(2):
        refused = await schema.execute(query, context_value=Stage().context())
        assert refused.data is None
        assert {(error.extensions or {})["code"] for error in refused.errors or ()} == {"GRAPHQL_VALIDATION_FAILED"}
    named = await schema.execute("{ __typename hello }", context_value=Stage().context())
    assert named.data == {"__typename": "Query", "hello": "hello world"}


@pytest.mark.parametrize("query", MISTAKES)
async def test_mistakes_tell_nothing_of_a_hidden_schema(query: str) -> None:
    variables = {"i": {"itemNam": "a"}}
    viewer = make_viewer()
    told = await make_schema().execute(query, variables, context_value=Stage().context(viewer))
    hidden = await make_schema(QueryLimits(introspection=False)).execute(
        query, variables, context_value=Stage().context(viewer)
    )
    assert told.errors
    assert hidden.errors
    assert len(told.errors) == len(hidden.errors)
    assert not [error for error in hidden.errors if "Did you mean" in error.message]
