"""Heads that only one reader can understand."""

import pytest

from aura_gql.web.previews.heads import MAX_HEAD_BYTES, BadMessage, HeadBuffer, check_answer, check_request

GOOD = b"GET /a?b HTTP/1.1\r\nHost: x\r\nA: b\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "more", [b"", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"transfer-encoding:\tChunked \r\n"]
)
def test_takes_what_is_clear(more: bytes) -> None:
    check_request(GOOD + more + b"\r\n")
    check_answer(ANSWER + more + b"\r\n")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"Content-Length: 5\r\nContent-Length: 5\r\n", 400),
        (b"Content-Length: 5, 5\r\n", 400),
        (b"Content-Length: +5\r\n", 400),
        (b"Content-Length: 0x5\r\n", 400),
        (b"Content-Length: \r\n", 400),
        (b"Content-Length: 99999999999999999999\r\n", 400),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"Transfer-Encoding: gzip, chunked\r\n", 501),
        (b"Transfer-Encoding: xchunked\r\n", 501),
        (b"Transfer-Encoding : chunked\r\n", 400),
        (b" Transfer-Encoding: chunked\r\n", 400),
        (b"X: a\r\n b\r\n", 400),
        (b"X: a\r\n\tTransfer-Encoding: chunked\r\n", 400),
        (b"X: a\rY: b\r\n", 400),
        (b"no colon\r\n", 400),
        (b": nameless\r\n", 400),
    ],
)
def test_refuses_what_two_could_read_differently(more: bytes, status: int) -> None:
    for check, head in ((check_request, GOOD), (check_answer, ANSWER)):
        with pytest.raises(BadMessage) as caught:
            check(head + more + b"\r\n")
        assert caught.value.status == status


@pytest.mark.parametrize(
    "line",
    [
        b"GET http://x/ HTTP/1.1",
        b"CONNECT x:80 HTTP/1.1",
        b"GET / HTTP/2.0",
        b"GET /",
        b"GET  / HTTP/1.1",
        b"\0 / HTTP/1.1",
    ],
)
def test_refuses_other_request_lines(line: bytes) -> None:
    with pytest.raises(BadMessage):
        check_request(line + b"\r\nHost: x\r\n\r\n")


def test_a_request_has_one_host_and_old_ones_no_chunks() -> None:
    for head in (b"", b"Host: x\r\nHost: y\r\n"):
        with pytest.raises(BadMessage):
            check_request(b"GET / HTTP/1.1\r\n" + head + b"\r\n")
    check_request(b"POST / HTTP/1.0\r\nHost: x\r\n\r\n")
    with pytest.raises(BadMessage):
        check_request(b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")


def test_finds_the_end_however_it_comes() -> None:
    text = GOOD + b"\r\nbody\n"
    for size in (1, 2, 3, 7, len(text)):
        head = HeadBuffer()
        for at in range(0, len(text), size):
            if not head.is_whole:
                head.add(text[at : at + size])
        assert head.is_whole
        assert head.split()[0] == GOOD + b"\r\n"
    assert HeadBuffer(text).split() == (GOOD + b"\r\n", b"body\n")
    assert not HeadBuffer(GOOD).is_whole


def test_refuses_a_bare_line_feed_at_once() -> None:
    for text in (b"GET / HTTP/1.1\nHost: x\r\n\r\n", b"\n", b"GET / HTTP/1.1\r\nA: b\n"):
        with pytest.raises(BadMessage, match="line feed"):
            HeadBuffer(text)
    head = HeadBuffer(b"GET / HTTP/1.1\r")
    head.add(b"\nA: b")
    with pytest.raises(BadMessage):
        head.add(b"\n")


def test_refuses_a_long_head() -> None:
    head = HeadBuffer(GOOD)
    with pytest.raises(BadMessage) as caught:
        head.add(b"X: " + bytes(MAX_HEAD_BYTES))
    assert caught.value.status == 431
    assert HeadBuffer(GOOD + b"\r\n" + bytes(MAX_HEAD_BYTES)).is_whole
