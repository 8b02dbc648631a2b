"""Reads of one operation, batched."""

from tests.support.graph import Stage, make_schema
from tests.support.graph_schema import item_values


async def test_a_list_costs_one_read() -> None:
    stage = Stage(values={"1": "one", "2": "two", "3": "three"})
    result = await make_schema().execute("{ items { nodes { value } } }", context_value=stage.context())
    assert result.data == {"items": {"nodes": [{"value": "one"}, {"value": "two"}, {"value": "three"}]}}
    assert stage.fetched == [["1", "2", "3"]]


async def test_what_was_read_is_kept_until_cleared() -> None:
    stage = Stage()
    context = stage.context()
    assert await item_values(context).load("1") == "one"
    assert item_values(context) is item_values(context)
    stage.values["1"] = "changed"
    assert await item_values(context).load("1") == "one"
    context.loaders.clear()
    assert await item_values(context).load("1") == "changed"
