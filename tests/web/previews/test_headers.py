"""What each side is told of the other."""

import h11
import pytest

from aura_gql.web.previews.headers import Door, answer_headers, is_upgrade, request_headers, switching_headers

DOOR = Door(
    port=5173,
    host=b"token.preview.example",
    origin=b"https://token.preview.example",
    client=b"10.0.0.1",
    scheme=b"https",
    cookie_prefix=b"aura",
)


def request(*headers: tuple[str, str], method: str = "GET") -> h11.Request:
    return h11.Request(method=method, target="/", headers=[("Host", "token.preview.example"), *headers])


def told(*headers: tuple[str, str]) -> dict[bytes, bytes]:
    return {name.lower(): value for name, value in request_headers(request(*headers), DOOR)}


def answered(*headers: tuple[str, str]) -> list[tuple[bytes, bytes]]:
    return answer_headers(h11.Response(status_code=200, headers=list(headers)), DOOR)


def test_the_inside_is_told_that_it_is_localhost() -> None:
    seen = told(("Origin", "https://token.preview.example"), ("X-Forwarded-For", "1.2.3.4"), ("Accept", "a"))
    assert seen[b"host"] == b"localhost:5173"
    assert seen[b"origin"] == b"http://localhost:5173"
    assert seen[b"x-forwarded-for"] == b"10.0.0.1"
    assert seen[b"x-forwarded-host"] == b"token.preview.example"
    assert seen[b"x-forwarded-proto"] == b"https"
    assert seen[b"accept"] == b"a"
    for origin in ("https://token.preview.example.evil", "http://token.preview.example", "null"):
        assert told(("Origin", origin))[b"origin"] == origin.encode()


def test_what_is_for_one_hop_goes_no_further() -> None:
    gone = ("TE", "Trailer", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Forwarded", "X-Real-IP", "X-Hop")
    seen = told(*((name, "x") for name in gone), ("Connection", "X-Hop, Cookie"), ("Cookie", "a=1"), ("Expect", "x"))
    assert not {name.lower().encode() for name in (*gone, "Expect")} & set(seen)
    assert seen[b"cookie"] == b"a=1"
    assert seen[b"connection"] == b"close"


@pytest.mark.parametrize(
    "name",
    [
        "aura.session_token",
        "aura-session_token",
        "__Secure-aura.session_token",
        "__Host-aura.session_data",
        "AURA.anything",
        "better-auth.session_token",
        "__Secure-better-auth.session_data",
        "any.dont_remember",
    ],
)
def test_cookies_of_better_auth_stay_outside(name: str) -> None:
    assert told(("Cookie", f"a=1;{name}=secret; b=2"))[b"cookie"] == b"a=1; b=2"
    assert b"cookie" not in told(("Cookie", f"{name}=secret"))


def test_other_cookies_go_in() -> None:
    cookies = 'session=1; auraX=2; c="a b"; my.session=3'
    assert told(("Cookie", cookies))[b"cookie"] == cookies.encode()


def test_cookies_are_for_this_host_alone() -> None:
    seen = answered(
        ("Set-Cookie", "a=1; Domain=preview.example; Path=/"),
        ("Set-Cookie", "b=domain; domain = .example;HttpOnly"),
        ("Set-Cookie", "c=2;DOMAIN=x;domain=y"),
    )
    cookies = [value for name, value in seen if name == b"Set-Cookie"]
    assert cookies == [b"a=1; Path=/", b"b=domain;HttpOnly", b"c=2"]


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("http://localhost:5173/a?b", "https://token.preview.example/a?b"),
        ("http://127.0.0.1:5173", "https://token.preview.example"),
        ("http://localhost:51733/", "http://localhost:51733/"),
        ("/a", "/a"),
        ("https://else.where/", "https://else.where/"),
    ],
)
def test_addresses_are_as_browsers_can_use_them(inside: str, outside: str) -> None:
    assert (b"Location", outside.encode()) in answered(("Location", inside))


def test_names_of_previews_are_not_spread() -> None:
    assert dict(answered())[b"Referrer-Policy"] == b"same-origin"
    own = answered(("referrer-policy", "origin"), ("Alt-Svc", "h3=x"), ("Connection", "close"), ("Keep-Alive", "x"))
    assert own == [(b"referrer-policy", b"origin"), (b"X-Robots-Tag", b"noindex")]


def test_only_a_websocket_is_an_upgrade() -> None:
    upgrade = (("Connection", "keep-alive, Upgrade"), ("Upgrade", "WebSocket"))
    assert is_upgrade(request(*upgrade))
    seen = told(*upgrade)
    assert (seen[b"connection"], seen[b"upgrade"]) == (b"Upgrade", b"websocket")
    for other in (
        request(*upgrade, method="POST"),
        request(("Connection", "Upgrade"), ("Upgrade", "h2c")),
        request(("Upgrade", "websocket")),
        request(*upgrade, ("Upgrade", "h2c")),
        request(*upgrade, ("Content-Length", "5")),
    ):
        assert not is_upgrade(other)
        assert (b"Connection", b"close") in request_headers(other, DOOR)
    switch = h11.InformationalResponse(status_code=101, headers=[("Upgrade", "x"), ("Sec-WebSocket-Accept", "y")])
    assert switching_headers(switch, DOOR)[-2:] == [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]
