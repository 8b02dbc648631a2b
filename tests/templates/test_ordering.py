"""A cursor resumes in its own order and in no other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bson import ObjectId

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import encode_cursor
from aura_gql.templates.ordering import from_cursor, to_cursor
from aura_gql.templates.records import TemplateOrder, TemplateRecord

AT = datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)
ID = "65d0c0ffee65d0c0ffee65d0"
TEMPLATE = TemplateRecord(
    id=ObjectId(ID),
    slug="node-http",
    name="Node HTTP Straße",
    description="",
    type="node",
    category="backend",
    tags=[],
    popularity=7,
    file_count=0,
    total_size=0,
    source="bundled",
    preview_url=None,
    stackblitz_path=None,
    start_command="",
    required_tools=[],
    revision="1",
    commit=None,
    is_active=True,
    created_at=AT,
    updated_at=AT,
)


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        (TemplateOrder.POPULAR, [7, "node http strasse", TEMPLATE.id]),
        (TemplateOrder.NAME, ["node http strasse", TEMPLATE.id]),
        (TemplateOrder.NEWEST, [AT, TEMPLATE.id]),
    ],
)
def test_a_cursor_gives_the_sort_keys_back(order: TemplateOrder, keys: list[object]) -> None:
    cursor = to_cursor(order, TEMPLATE)
    assert from_cursor(order, cursor) == keys
    for other in set(TemplateOrder) - {order}:
        with pytest.raises(InvalidInput):
            from_cursor(other, cursor)


def test_times_before_1970_work_too() -> None:
    old = replace(TEMPLATE, created_at=datetime(1969, 12, 31, 23, 59, 59, 1000, tzinfo=UTC))
    assert from_cursor(TemplateOrder.NEWEST, to_cursor(TemplateOrder.NEWEST, old)) == [old.created_at, old.id]


@pytest.mark.parametrize(
    ("order", "cursor"),
    [
        (TemplateOrder.NAME, "garbage"),
        (TemplateOrder.NAME, encode_cursor("NAME", "a", "no id")),
        (TemplateOrder.NAME, encode_cursor("POPULAR", "a", ID)),
        (TemplateOrder.POPULAR, encode_cursor("POPULAR", 2**64, "a", ID)),
        (TemplateOrder.POPULAR, encode_cursor("POPULAR", -(2**64), "a", ID)),
        (TemplateOrder.NEWEST, encode_cursor("NEWEST", 2**62, ID)),
        (TemplateOrder.NEWEST, encode_cursor("NEWEST", -(2**62), ID)),
        (TemplateOrder.NEWEST, encode_cursor("NEWEST", 10**400, ID)),
    ],
)
def test_a_forged_cursor_is_invalid_input(order: TemplateOrder, cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        from_cursor(order, cursor)
    assert refused.value.field == ("after",)
