"""Answers without an application."""

import json

from aura_gql.commands.http_answer import refusal
from aura_gql.kernel.errors import ErrorCode


def test_a_refusal_is_json() -> None:
    head, _, body = refusal(408, "Too slow.", ErrorCode.TIMEOUT).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json")
    assert b"content-length: %d\r\n" % len(body) in head
    assert b"retry-after" not in head
    assert json.loads(body) == {
        "errors": [{"message": "Too slow.", "extensions": {"code": "TIMEOUT", "retryable": True}}]
    }


def test_who_is_to_come_again_is_told_when() -> None:
    assert b"\r\nretry-after: 2\r\n" in refusal(503, "Later.", ErrorCode.OVERLOADED)
