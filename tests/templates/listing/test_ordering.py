"""A cursor resumes in its own order and in no other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bson import ObjectId

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import encode_cursor
from aura_gql.templates.listing.ordering import Listed, Sorting, from_cursor, sorting_of, to_cursor
from aura_gql.templates.listing.search import NOTHING, parse_search
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
    readme_path=None,
    is_active=True,
    created_at=AT,
    updated_at=AT,
)


REACT = parse_search("react")


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        (TemplateOrder.POPULAR, [7, "node http strasse", TEMPLATE.id]),
        (TemplateOrder.NAME, ["node http strasse", TEMPLATE.id]),
        (TemplateOrder.NEWEST, [AT, TEMPLATE.id]),
        (TemplateOrder.RELEVANCE, [1400, 7, "node http strasse", TEMPLATE.id]),
    ],
)
def test_a_cursor_gives_the_sort_keys_back(order: TemplateOrder, keys: list[object]) -> None:
    cursor = to_cursor(Sorting(order, REACT), Listed(TEMPLATE, 1400))
    assert from_cursor(Sorting(order, REACT), cursor) == keys
    for other in set(TemplateOrder) - {order}:
        with pytest.raises(InvalidInput):
            from_cursor(Sorting(other, REACT), cursor)


def test_a_cursor_by_relevance_is_for_its_own_text() -> None:
    cursor = to_cursor(Sorting(TemplateOrder.RELEVANCE, REACT), Listed(TEMPLATE, 1))
    assert from_cursor(Sorting(TemplateOrder.RELEVANCE, parse_search(" Réact ")), cursor)
    with pytest.raises(InvalidInput) as refused:
        from_cursor(Sorting(TemplateOrder.RELEVANCE, parse_search("reac")), cursor)
    assert refused.value.field == ("after",)


def test_who_does_not_say_gets_the_relevant_of_a_text_and_the_popular_of_none() -> None:
    assert sorting_of(None, NOTHING) == sorting_of(TemplateOrder.RELEVANCE, NOTHING) == Sorting(TemplateOrder.POPULAR)
    assert sorting_of(None, REACT) == Sorting(TemplateOrder.RELEVANCE, REACT)
    assert sorting_of(TemplateOrder.NAME, REACT).order is TemplateOrder.NAME


@pytest.mark.parametrize("name", ["🐎" * 500, "語" * 500, "\0" * 500])
def test_whatever_its_name_a_template_has_a_cursor(name: str) -> None:
    sorting = Sorting(TemplateOrder.RELEVANCE, REACT)
    cursor = to_cursor(sorting, Listed(replace(TEMPLATE, name=name, popularity=2**62), 200_000))
    assert from_cursor(sorting, cursor)[-1] == TEMPLATE.id


def test_times_before_1970_work_too() -> None:
    old = replace(TEMPLATE, created_at=datetime(1969, 12, 31, 23, 59, 59, 1000, tzinfo=UTC))
    newest = Sorting(TemplateOrder.NEWEST)
    assert from_cursor(newest, to_cursor(newest, Listed(old))) == [old.created_at, old.id]


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
        from_cursor(Sorting(order), cursor)
    assert refused.value.field == ("after",)
