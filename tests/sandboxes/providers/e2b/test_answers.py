"""What an answer told is found behind any error that the SDK raises over it."""

import json
from types import SimpleNamespace

import pytest

from aura_gql.sandboxes.providers.e2b.answers import Answer, answer_behind


def raised_over(content: bytes, **headers: str) -> Exception:
    """As the SDK does it: reading the answer fails, in the frame that holds it."""
    response = SimpleNamespace(status_code=429, headers=headers, content=content)
    try:
        json.loads(response.content)
        raise RuntimeError("It says why, but not when.")
    except (ValueError, RuntimeError) as error:
        return error


@pytest.mark.parametrize(
    ("content", "headers", "answer"),
    [
        (b'{"code": 429, "message": "a  b\\n"}', {"retry-after": "30"}, Answer(429, "a b", 30)),
        (b"<html>", {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, Answer(429, None, None)),
        (b'{"message": 5}', {"retry-after": "-1"}, Answer(429, None, None)),
        (b"[]", {"retry-after": "99999999999"}, Answer(429, None, None)),
        (b'{"message": "' + b"x" * 1000 + b'"}', {}, Answer(429, "x" * 300, None)),
    ],
)
def test_an_answer_is_found(content: bytes, headers: dict[str, str], answer: Answer) -> None:
    assert answer_behind(raised_over(content, **headers)) == answer


class Broken:
    """An answer whose body never came as a whole."""

    status_code = 201

    @property
    def content(self) -> bytes:
        raise RuntimeError("not read")


@pytest.mark.parametrize("response", ["no answer", Broken()])
def test_there_may_be_none(response: object) -> None:
    with pytest.raises(KeyError) as raised:
        raise KeyError(response)
    assert answer_behind(raised.value) is None
