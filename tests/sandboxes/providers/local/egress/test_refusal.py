"""Refusals as answers."""

from http import HTTPStatus

from aura_gql.sandboxes.providers.local.egress.refusal import Refusal, not_listed


def test_names_the_host_and_the_setting() -> None:
    head, _, body = not_listed("a.example", 443).response().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"Content-Length: %d\r\n" % len(body) in head
    assert b"a.example on port 443" in body
    assert b"SANDBOX_EGRESS_HOSTS" in body


def test_tells_which_methods_there_are() -> None:
    assert b"\r\nAllow: CONNECT, GET, HEAD, POST\r\n" in Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "No.").response()
