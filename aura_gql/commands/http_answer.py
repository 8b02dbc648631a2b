"""Answers that the server gives before a request comes to the application."""

from http import HTTPStatus

import orjson

from aura_gql.kernel.errors import ErrorCode


def refusal(status: int, message: str, code: ErrorCode) -> bytes:
    """An answer in HTTP/1.1 with one error as GraphQL has them, after which the server hangs up."""
    hint = {"retryable": True} if code.facts.is_retryable else {}
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code.value, **hint}}]})
    wait = b"retry-after: 2\r\n" if status == 503 else b""
    return (
        b"HTTP/1.1 %d %s\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: %d\r\n%s"
        b"cache-control: no-store\r\nconnection: close\r\n\r\n%s"
    ) % (status, HTTPStatus(status).phrase.encode(), len(body), wait, body)
