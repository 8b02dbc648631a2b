"""What is a request and what is an attempt to be two."""

import pytest

from aura_gql.sandboxes.providers.local.egress.refusal import Refusal
from aura_gql.sandboxes.providers.local.egress.request import ProxyRequest, parse_request


def parsed(*lines: str) -> ProxyRequest:
    return parse_request("\r\n".join([*lines, "", ""]).encode("latin-1"))


def status_of(*lines: str) -> int:
    with pytest.raises(Refusal) as refusal:
        parsed(*lines)
    return refusal.value.status.value


def test_a_tunnel() -> None:
    assert parsed("CONNECT A.example.:443 HTTP/1.1", "Host: whatever") == ProxyRequest("a.example", 443, None)
    assert parsed("CONNECT [2001:DB8::1]:443 HTTP/1.0") == ProxyRequest("2001:db8::1", 443, None)


def test_an_exchange_is_passed_on_without_what_is_about_this_connection() -> None:
    request = parsed(
        "POST http://a.example:8080/x?y=1 HTTP/1.1",
        "Host: A.example:8080",
        "Proxy-Authorization: Basic secret",
        "Proxy-Connection: keep-alive",
        "Connection: X-Mine, Content-Length",
        "X-Mine: 1",
        "Upgrade: websocket",
        "Accept: \t*/*  ",
        "Content-Length: 3",
        "Expect: 100-continue",
    )
    assert (request.host, request.port, request.body_length) == ("a.example", 8080, 3)
    assert request.head == (
        b"POST /x?y=1 HTTP/1.1\r\nHost: a.example:8080\r\naccept: */*\r\ncontent-length: 3\r\nConnection: close\r\n\r\n"
    )


def test_an_address_without_a_path() -> None:
    head = parsed("GET http://a.example?q HTTP/1.1", "Host: a.example:80").head
    assert head is not None
    assert head.startswith(b"GET /?q HTTP/1.1\r\n")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PRI", "CONNECTX"])
def test_other_methods(method: str) -> None:
    assert status_of(f"{method} http://a.example/ HTTP/1.1", "Host: a.example") == 405


@pytest.mark.parametrize(
    "lines",
    [
        [""], ["GET / HTTP/1.1", "Host: a.example"], ["GET http://a.example/ HTTP/2.0", "Host: a.example"],
        ["get http://a.example/ HTTP/1.1", "Host: a.example"], ["GET  http://a.example/ HTTP/1.1", "Host: a.example"],
        ["GET https://a.example/ HTTP/1.1", "Host: a.example"], ["GET ftp://a.example/ HTTP/1.1", "Host: a.example"],
        ["GET http://u:p@a.example/ HTTP/1.1", "Host: a.example"], ["GET http:///x HTTP/1.1", "Host: "],
        ["GET http://a.example#@b.example/ HTTP/1.1", "Host: a.example"],
        ["GET http://a.example\\@b.example/ HTTP/1.1", "Host: a.example"],
        ["GET http://a.example/ HTTP/1.1"], ["GET http://a.example/ HTTP/1.1", "Host: b.example"],
        ["GET http://a.example/ HTTP/1.1", "Host: a.example", "Host: b.example"],
        ["GET http://a.example/ HTTP/1.1", "Host: a.example:8080"],
        ["GET http://a.example/ HTTP/1.1", "Host : a.example"], ["GET http://a.example/ HTTP/1.1", " Host: a.example"],
        ["GET http://a.example/ HTTP/1.1", "Host: a.example", "X: a\nb"],
        ["GET http://a.example/ HTTP/1.1", "Host: a.example", "X: a\rb"],
        ["GET http://a.example/ HTTP/1.1", "Host: a.example", "X: a\0b"],
        ["GET http://a.example/ HTTP/1.1", "Host: a.example", "no header"],
        ["POST http://a.example/ HTTP/1.1", "Host: a.example", "Content-Length: 1", "Content-Length: 2"],
        ["POST http://a.example/ HTTP/1.1", "Host: a.example", "Content-Length: +1"],
        ["POST http://a.example/ HTTP/1.1", "Host: a.example", "Content-Length: 1, 1"],
        ["CONNECT a.example HTTP/1.1"], ["CONNECT a.example:443/x HTTP/1.1"], ["CONNECT http://a.example:443 HTTP/1.1"],
        ["CONNECT a.example:443 HTTP/1.1", "Content-Length: 1"], ["CONNECT a.example:0443000 HTTP/1.1"],
        ["CONNECT u@a.example:443 HTTP/1.1"], ["CONNECT a.example:443 HTTP/1.1\n"],
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_malformed(lines: list[str]) -> None:
    assert status_of(*lines) == 400


def test_chunked_bodies_and_too_many_headers() -> None:
    start = ["POST http://a.example/ HTTP/1.1", "Host: a.example"]
    assert status_of(*start, "Transfer-Encoding: chunked", "Content-Length: 1") == 411
    assert status_of(*start, "transfer-encoding: identity") == 411
    assert status_of(*start, *(f"X-{number}: 1" for number in range(100))) == 431
