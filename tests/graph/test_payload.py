"""Mutations that answer their expected failures."""

import pytest

from aura_gql.graph.payload import settled
from tests.support.graph import Stage, make_schema, make_viewer

QUERY = """mutation ($name: String!) {
  rename(input: {itemName: $name}) { item { value } errors { code message field details } }
}"""


async def rename(name: str) -> object:
    result = await make_schema().execute(QUERY, {"name": name}, context_value=Stage().context(make_viewer()))
    return result.data["rename"] if result.data else result.errors and (result.errors[0].extensions or {})["code"]


async def test_the_resource_or_the_errors() -> None:
    assert await rename("new") == {"item": {"value": "new"}, "errors": []}
    conflict = {"code": "CONFLICT", "message": "The name is taken.", "field": ["input", "itemName"]}
    assert await rename("taken") == {"item": None, "errors": [{**conflict, "details": {"by": "bob"}}]}
    assert await rename("expired") == "UNAUTHENTICATED"


def test_a_payload_must_be_named() -> None:
    async def nameless() -> int:
        return 1

    with pytest.raises(TypeError, match="Payload"):
        settled(nameless)  # type: ignore[type-var]
