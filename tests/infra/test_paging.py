"""Pages in the order of ids."""

from dataclasses import dataclass

import pytest
from bson import ObjectId

from aura_gql.infra.paging import id_behind, page_by_id
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import PageRequest, encode_cursor


@dataclass(frozen=True)
class Item:
    """Something with an id."""

    id: ObjectId


async def nine() -> int:
    return 9


async def test_a_page_knows_whether_more_comes_and_where_it_begins() -> None:
    items = [Item(ObjectId()) for _ in range(3)]

    page = page_by_id(items, PageRequest(first=2), nine)

    assert (page.items, page.has_next, page.has_previous, await page.count()) == (items[:2], True, False, 9)
    assert id_behind(PageRequest(after=page.cursors[-1])) == items[1].id


def test_the_last_page_is_told() -> None:
    page = page_by_id([Item(ObjectId())], PageRequest(first=2, after="x"), nine)

    assert (page.has_next, page.has_previous) == (False, True)


def test_the_start_has_no_cursor() -> None:
    assert id_behind(PageRequest()) is None


@pytest.mark.parametrize("cursor", ["", "x", encode_cursor("no id"), encode_cursor(1), encode_cursor("a", "b")])
def test_another_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        id_behind(PageRequest(after=cursor))

    assert refused.value.field == ("after",)
