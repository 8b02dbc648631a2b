"""Answers from outside."""

import pytest

from aura_gql.sandboxes.providers.local.egress.refusal import Refusal
from aura_gql.sandboxes.providers.local.egress.response import is_interim, rewrite_response


def test_the_connection_ends_with_the_answer() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n"
    assert rewrite_response(head) == b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
    assert rewrite_response(b"HTTP/1.0 304\r\n\r\n") == b"HTTP/1.0 304\r\nConnection: close\r\n\r\n"


def test_tells_signs_of_life_from_answers() -> None:
    assert is_interim(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
    assert not is_interim(b"HTTP/1.1 302 Found\r\n\r\n")


@pytest.mark.parametrize("head", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 101 Switching\r\n\r\n"])
def test_what_is_no_answer(head: bytes) -> None:
    with pytest.raises(Refusal):
        is_interim(head)


@pytest.mark.parametrize("line", [b" folded: x", b"no colon", b"Name : x", b"a: b\nc: d"])
def test_headers_that_two_readers_would_read_differently(line: bytes) -> None:
    with pytest.raises(Refusal):
        rewrite_response(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n")
