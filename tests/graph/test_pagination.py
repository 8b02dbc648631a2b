"""Pages as connections."""

import pytest

from aura_gql.graph.pagination import page_request
from aura_gql.kernel.errors import InvalidInput
from tests.support.graph import Stage, make_schema


@pytest.mark.parametrize("first", [-1, 0, 101, 2**31 - 1])
def test_pages_have_1_to_100_items(first: int) -> None:
    with pytest.raises(InvalidInput, match="100") as caught:
        page_request(first, None)
    assert caught.value.field == ("first",)


def test_twenty_items_by_default() -> None:
    assert page_request(None, "cursor").first == 20
    assert page_request(100, "cursor").after == "cursor"


async def test_the_count_is_asked_for_only_when_selected() -> None:
    stage = Stage(values={"1": "one", "2": "two"})
    info = "pageInfo { hasNextPage hasPreviousPage endCursor }"
    page = f"items(first: 1) {{ nodes {{ id }} edges {{ cursor node {{ id }} }} {info} "
    result = await make_schema().execute(f"{{ {page} }} }}", context_value=stage.context())
    assert result.data == {
        "items": {
            "nodes": [{"id": "SXRlbTox"}],
            "edges": [{"cursor": "1", "node": {"id": "SXRlbTox"}}],
            "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "endCursor": "1"},
        }
    }
    assert stage.fetched == []
    counted = await make_schema().execute(f"{{ {page} totalCount }} }}", context_value=stage.context())
    assert counted.data
    assert counted.data["items"]["totalCount"] == 2
    assert stage.fetched == [["count"]]


async def test_an_empty_page_has_no_cursors() -> None:
    query = "{ items { edges { cursor } pageInfo { startCursor endCursor } } }"
    result = await make_schema().execute(query, context_value=Stage(values={}).context())
    assert result.data == {"items": {"edges": [], "pageInfo": {"startCursor": None, "endCursor": None}}}


def test_rooms_get_connections_of_their_own_name() -> None:
    schema = make_schema().as_str()
    assert "type ItemConnection" in schema
    assert "type ItemEdge" in schema
