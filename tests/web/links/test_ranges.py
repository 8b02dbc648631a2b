import pytest

from aura_gql.web.links.ranges import Span, Unsatisfiable, is_same, names_tag, requested

TAG = '"0123"'
HUGE = "9" * 100_000


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=2-4", Span(2, 5)),
        ("bytes=0-", Span(0, 10)),
        ("bytes=9-", Span(9, 10)),
        ("bytes=-3", Span(7, 10)),
        ("bytes=-10", Span(0, 10)),
        ("bytes=-11", Span(0, 10)),
        ("bytes=5-99", Span(5, 10)),
        (f"bytes=5-{HUGE}", Span(5, 10)),
        (f"bytes=-{HUGE}", Span(0, 10)),
        ("bytes=000-0000000000000000000000000001", Span(0, 2)),
        (" Bytes = 1 - 2 ", Span(1, 3)),
        (None, None),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=4-2", None),
        ("bytes=--2", None),
        ("bytes=-1-2", None),
        ("bytes=+1-2", None),
        ("bytes=٣-", None),
        ("bytes=1-2, 3-4", None),
        ("bytes=0-9,0-9,0-9", None),
        ("bytes=1-2,", None),
        ("items=1-2", None),
        ("bytes 1-2", None),
        ("bytes=1.5-2", None),
        ("bytes=0x1-2", None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_range_is_a_part_or_nothing(header: str | None, wanted: Span | None) -> None:
    assert requested(header, 10) == wanted


@pytest.mark.parametrize(
    ("header", "size"),
    [("bytes=10-", 10), ("bytes=10-12", 10), (f"bytes={HUGE}-", 10), ("bytes=-0", 10), ("bytes=0-", 0)],
)
def test_a_range_behind_the_end_is_told_so(header: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        requested(header, size)


def test_the_end_of_nothing_is_all_of_it() -> None:
    assert requested("bytes=-5", 0) is None


def test_a_span_has_a_length() -> None:
    assert Span(2, 5).length == 3


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, False),
        (TAG, True),
        (f"W/{TAG}", True),
        (f'"other", {TAG}', True),
        ("*", True),
        ('"other"', False),
        ("0123", False),
        ("", False),
        ('"' * 100_000, False),
    ],
    ids=lambda value: str(value)[:20],
)
def test_tags_are_found(header: str | None, wanted: bool) -> None:
    assert names_tag(header, TAG) is wanted


@pytest.mark.parametrize(
    ("header", "wanted"),
    [(None, True), (TAG, True), (f"W/{TAG}", False), ('"other"', False), ("Wed, 21 Oct 2015 07:28:00 GMT", False)],
)
def test_a_part_of_something_else_is_never_given(header: str | None, wanted: bool) -> None:
    assert is_same(header, TAG) is wanted
