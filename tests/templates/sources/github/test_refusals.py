"""What a refusal of GitHub means, and when to ask again."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.templates.errors import TemplateRepositoryNotFound, TemplateSourceRefused, TemplatesRateLimited
from aura_gql.templates.sources.github.refusals import PassingTrouble, refusal, retry_time, spent_until

SPENT = {"x-ratelimit-remaining": "0"}
LEFT = {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "1"}
LIMIT = b'{"message": "You have exceeded a secondary RATE LIMIT."}'


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (401, {}, b"", TemplateSourceRefused),
        (403, LEFT, b'{"message": "Resource not accessible by personal access token"}', TemplateSourceRefused),
        (451, {}, b"", TemplateSourceRefused),
        (400, {}, b"", TemplateSourceRefused),
        (204, {}, b"", TemplateSourceRefused),
        (404, SPENT, b"", TemplateRepositoryNotFound),
        (409, {}, b"", TemplateRepositoryNotFound),
        (422, {}, b"", TemplateRepositoryNotFound),
        (403, SPENT, b"", TemplatesRateLimited),
        (403, {"retry-after": "9"}, b"", TemplatesRateLimited),
        (403, LEFT, LIMIT, TemplatesRateLimited),
        (429, {}, b"", TemplatesRateLimited),
        (503, {"retry-after": "9"}, b"", TemplatesRateLimited),
        (500, {}, b"", PassingTrouble),
        (502, LEFT, b"<html>", PassingTrouble),
        (503, {}, b"", PassingTrouble),
    ],
)
def test_each_status_has_its_error(status: int, headers: Mapping[str, str], body: bytes, kind: type) -> None:
    error = refusal(status, headers, body, "api.example.com")
    assert type(error) is kind
    assert "api.example.com" in error.message


def test_when_is_told_in_words_and_for_programs() -> None:
    error = refusal(429, {"retry-after": "120"}, b"", "api.example.com")
    assert isinstance(error, TemplatesRateLimited)
    assert f"{error.retry_at:%H:%M:%S} UTC" in error.message
    assert error.details == {"retryAt": error.retry_at.isoformat()}


def seconds_of(headers: Mapping[str, str]) -> int:
    return round((retry_time(headers) - utcnow()).total_seconds())


def in_s(seconds: float) -> str:
    """The time so many seconds from now as seconds of the epoch."""
    return str(int(utcnow().timestamp() + seconds))


def http_date(seconds: float) -> str:
    return format_datetime(utcnow() + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "90"}, 90),
        ({"retry-after": "90", **SPENT, "x-ratelimit-reset": "9999999999"}, 90),
        ({"retry-after": "9999999999"}, 86_400),
        ({"retry-after": "1" * 400}, 60),
        ({"retry-after": "0"}, 60),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "\u0663"}, 60),
        ({"retry-after": "Mon, 99 Foo 2026 99:99:99 GMT"}, 60),
        ({**SPENT, "x-ratelimit-reset": "9999999999"}, 86_400),
        ({**SPENT, "x-ratelimit-reset": "1"}, 60),
        ({**SPENT, "x-ratelimit-reset": "tomorrow"}, 60),
        (SPENT, 60),
        ({**LEFT, "x-ratelimit-reset": "9999999999"}, 60),
        ({}, 60),
    ],
)
def test_when_to_ask_again(headers: Mapping[str, str], seconds: int) -> None:
    assert abs(seconds_of(headers) - seconds) <= 5


def test_as_a_date() -> None:
    assert abs(seconds_of({"retry-after": http_date(300)}) - 300) <= 5
    assert abs(seconds_of({"retry-after": http_date(300).replace("GMT", "-0000")}) - 300) <= 5
    assert abs(seconds_of({"retry-after": http_date(-300)}) - 60) <= 5


def test_at_the_hours_end() -> None:
    assert abs(seconds_of({**SPENT, "x-ratelimit-reset": in_s(1800)}) - 1800) <= 5


def test_a_clock_that_is_wrong_does_no_harm() -> None:
    three_days = 3 * 86_400
    told = {"date": http_date(three_days), **SPENT, "x-ratelimit-reset": in_s(three_days + 600)}
    assert abs(seconds_of(told) - 600) <= 5
    told = {"date": http_date(-three_days), "retry-after": http_date(600 - three_days)}
    assert abs(seconds_of(told) - 600) <= 5


def test_the_last_request_is_noticed() -> None:
    until = spent_until({**SPENT, "x-ratelimit-reset": in_s(600)})
    assert until is not None
    assert abs((until - utcnow()).total_seconds() - 600) <= 5
    assert spent_until(LEFT) is None
    assert spent_until({}) is None
