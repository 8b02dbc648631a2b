"""Global ids and what they lead to."""

from collections.abc import Mapping

import pytest
from bson import ObjectId

from aura_gql.graph.context import Context
from aura_gql.graph.nodes import Node, by_object_id, key_of, object_id, to_global_id
from aura_gql.kernel.errors import InvalidInput
from tests.support.graph import Stage, make_schema

KEY = ObjectId("65a1b2c3d4e5f60718293a4b")


def test_ids_come_back() -> None:
    assert object_id(to_global_id("Project", KEY), "Project") == KEY
    assert key_of(to_global_id("User", "a:b/ü"), "User") == "a:b/ü"


@pytest.mark.parametrize("id", ["", "zz", "é" * 9, "A" * 9999, str(to_global_id("Project", "nohex")), "UHJvamVjdDo="])
def test_garbage_is_refused(id: str) -> None:
    with pytest.raises(InvalidInput, match="`projectId` is not an id of this server"):
        object_id(id, "Project", ("projectId",))


def test_the_id_of_another_type_is_named() -> None:
    with pytest.raises(InvalidInput, match="`id` is the id of a Template; that of a Project is expected"):
        object_id(to_global_id("Template", KEY), "Project")


async def test_fetchers_by_object_id_skip_other_keys() -> None:
    async def fetch(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, Node]:
        return {id: Node(id=to_global_id("Node", id)) for id in ids}

    found = await by_object_id(fetch)(Stage().context(), [str(KEY), "nonsense"])
    assert list(found) == [str(KEY)]


async def ask(query: str, ids: object) -> object:
    result = await make_schema().execute(query, {"ids": ids}, context_value=Stage().context())
    return result.data if not result.errors else (result.errors[0].extensions or {}).get("field")


async def test_nodes_are_found_in_order() -> None:
    item, gone, other = to_global_id("Item", "1"), to_global_id("Item", "2"), to_global_id("Other", "1")
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = {"__typename": "Item", "id": item}
    assert await ask(nodes, [gone, item, other, item]) == {"nodes": [None, found, None, found]}
    assert await ask(nodes, [item, "garbage"]) == ["ids", "1"]
    assert await ask(nodes, [item] * 101) == ["ids"]
    node = "query ($ids: ID!) { node(id: $ids) { id } }"
    assert await ask(node, item) == {"node": {"id": item}}
    assert await ask(node, gone) == {"node": None}
    assert await ask(node, "garbage") == ["id"]
