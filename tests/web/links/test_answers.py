from dataclasses import replace
from time import time

import pytest
from starlette.datastructures import Headers

from aura_gql.storage.signing import DownloadClaim
from aura_gql.web.links.answers import answer_to
from aura_gql.web.links.ranges import Span

TAG = f'"{"0" * 64}"'
CLAIM = DownloadClaim("ada", "projects/1", "0" * 64, 10, "naïve.png", "image/png", int(time()) + 1_000_000)


def test_the_whole_is_an_attachment_that_nobody_runs() -> None:
    answer = answer_to("GET", Headers(), CLAIM)
    assert (answer.status, answer.span) == (200, Span(0, 10))
    age = int(answer.headers["cache-control"].removeprefix("private, max-age=").removesuffix(", immutable"))
    assert 0 < age <= 1_000_000
    assert {name: value for name, value in answer.headers.items() if name != "cache-control"} == {
        "accept-ranges": "bytes",
        "content-disposition": "attachment; filename=\"na_ve.png\"; filename*=UTF-8''na%C3%AFve.png",
        "content-length": "10",
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "content-type": "image/png",
        "cross-origin-resource-policy": "same-site",
        "etag": TAG,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize(
    ("method", "headers", "status", "span", "told"),
    [
        ("GET", {"range": "bytes=2-4"}, 206, Span(2, 5), {"content-range": "bytes 2-4/10", "content-length": "3"}),
        ("GET", {"range": "bytes=-99"}, 206, Span(0, 10), {"content-range": "bytes 0-9/10", "content-length": "10"}),
        ("GET", {"range": "bytes=1-2,3-4"}, 200, Span(0, 10), {"content-length": "10"}),
        ("GET", {"range": "bytes=10-"}, 416, None, {"content-range": "bytes */10"}),
        ("HEAD", {"range": "bytes=10-"}, 200, None, {"content-length": "10"}),
        ("GET", {"range": "bytes=2-4", "if-range": TAG}, 206, Span(2, 5), {"content-length": "3"}),
        ("GET", {"range": "bytes=2-4", "if-range": '"old"'}, 200, Span(0, 10), {"content-length": "10"}),
        ("GET", {"range": "bytes=99-", "if-range": '"old"'}, 200, Span(0, 10), {"content-length": "10"}),
        ("GET", {"if-none-match": TAG}, 304, None, {"etag": TAG}),
        ("HEAD", {"if-none-match": "*"}, 304, None, {"etag": TAG}),
        ("GET", {"if-none-match": TAG, "range": "bytes=99-"}, 304, None, {"etag": TAG}),
    ],
)
def test_conditions_and_ranges(
    method: str, headers: dict[str, str], status: int, span: Span | None, told: dict[str, str]
) -> None:
    answer = answer_to(method, Headers(headers), CLAIM)
    assert (answer.status, answer.span) == (status, span)
    assert told.items() <= answer.headers.items()


def test_nobody_keeps_what_has_ended() -> None:
    answer = answer_to("GET", Headers(), replace(CLAIM, expires_at=1))
    assert answer.headers["cache-control"] == "private, max-age=0, immutable"


def test_a_part_that_is_not_there_says_nothing_of_the_whole() -> None:
    """A browser must not take the refusal for the blob, nor keep it as one."""
    answer = answer_to("GET", Headers({"range": "bytes=10-"}), CLAIM)
    assert set(answer.headers) == {"content-range"}
