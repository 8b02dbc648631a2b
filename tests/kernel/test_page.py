"""Cursors."""

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import DEFAULT_PAGE_SIZE, PageRequest, decode_cursor, encode_cursor


def test_a_page_has_twenty_items_from_the_start_unless_asked() -> None:
    assert PageRequest() == PageRequest(first=DEFAULT_PAGE_SIZE, after=None)
    assert DEFAULT_PAGE_SIZE == 20


@pytest.mark.parametrize("keys", [("a",), ("ü\0", 3, 1.5), (-1, "665f1c")])
def test_a_cursor_comes_back(keys: tuple[str | int | float, ...]) -> None:
    assert decode_cursor(encode_cursor(*keys), [type(key) for key in keys]) == list(keys)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "garbage!",
        "ü",
        "\0",
        encode_cursor("a"),
        encode_cursor("a", "b"),
        encode_cursor(1, True),
        encode_cursor(1, "a", "b"),
        encode_cursor(1.0, "a"),
        "W" * 1025,
        "eyJhIjoxfQ",
        "W1tbW1tb",
    ],
)
def test_any_other_text_is_refused_by_field(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="`after` is not a cursor") as caught:
        decode_cursor(cursor, [int, str])
    assert caught.value.field == ("after",)
