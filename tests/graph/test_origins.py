"""Telling our own pages and programs from foreign pages."""

import pytest
from starlette.requests import HTTPConnection, Request

from aura_gql.graph.operation_request import RequestError
from aura_gql.graph.origins import may_open_socket, own_origin, refuse_foreign_page

ALLOWED = frozenset({"https://ok.example"})
COOKIE = {"cookie": "a=b"}
JSON = {"content-type": "application/json"}


def scope(kind: str, headers: dict[str, str], scheme: str) -> dict[str, object]:
    pairs = [(name.encode(), value.encode()) for name, value in ({"host": "api.example"} | headers).items()]
    return {"type": kind, "method": "GET", "path": "/", "query_string": b"", "scheme": scheme, "headers": pairs}


def is_refused(headers: dict[str, str], scheme: str = "http") -> bool:
    try:
        refuse_foreign_page(Request(scope("http", headers, scheme)), ALLOWED)
    except RequestError as error:
        return error.status == 403
    return False


PAGES = [
    ("https://evil.example", True),
    ("null", True),
    ("https://[", True),
    ("https://api.example:444", True),
    ("https://api.example.evil.example", True),
    ("https://ok.example.evil.example", True),
    ("http://ok.example", True),
    ("https://ok.example", False),
    ("https://api.example", False),
    ("https://api.example:443", False),
]


@pytest.mark.parametrize(("page", "refused"), PAGES)
def test_pages_are_known_by_their_origin(page: str, refused: bool) -> None:
    assert is_refused(COOKIE | JSON | {"origin": page}) is refused
    assert is_refused(COOKIE | JSON | {"referer": f"{page}/a?b" if page != "null" else page}) is refused
    assert is_refused(JSON | {"origin": page}) is False, "without cookies nothing is done in anybody's name"
    assert may_open_socket(HTTPConnection(scope("websocket", COOKIE | {"origin": page}, "ws")), ALLOWED) is not refused


def test_the_origin_goes_before_the_referrer() -> None:
    assert is_refused(COOKIE | {"origin": "https://evil.example", "referer": "https://api.example/"})
    assert not is_refused(COOKIE | {"origin": "https://ok.example", "referer": "https://evil.example/"})


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://front.example"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "none", "origin": "https://evil.example"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"content-type": ""}, True),
        ({"content-type": "text/plain"}, True),
        ({"content-type": "Text/Plain ; x=application/json"}, True),
        ({"content-type": "application/x-www-form-urlencoded"}, True),
        ({"content-type": "multipart/form-data; boundary=a"}, True),
        ({"content-type": "multipart/form-data; boundary=a", "graphql-preflight": "1"}, False),
        ({"content-type": "application/json; charset=utf-8"}, False),
        ({"apollo-require-preflight": "1"}, False),
        ({"authorization": "Bearer t"}, False),
        ({"authorization": "Basic t"}, True),
    ],
)
def test_without_an_origin_there_must_be_what_no_page_can_send(headers: dict[str, str], refused: bool) -> None:
    assert is_refused(COOKIE | headers) is refused
    assert is_refused({name: value for name, value in headers.items() if name != "cookie"}) is False


@pytest.mark.parametrize(
    ("scheme", "page", "refused"),
    [("https", "http", True), ("https", "https", False), ("http", "http", False), ("http", "https", False)],
)
def test_a_page_by_http_is_not_our_own_page_by_https(scheme: str, page: str, refused: bool) -> None:
    headers = COOKIE | {"origin": f"{page}://api.example"}
    assert is_refused(headers | JSON, scheme) is refused
    handshake = HTTPConnection(scope("websocket", headers, scheme.replace("http", "ws")))
    assert may_open_socket(handshake, ALLOWED) is not refused


def test_a_program_may_open_a_socket() -> None:
    assert may_open_socket(HTTPConnection(scope("websocket", COOKIE, "ws")), ALLOWED)


@pytest.mark.parametrize(
    ("host", "scheme", "wanted"),
    [
        ("api.example", "http", "http://api.example"),
        ("api.example:8443", "https", "https://api.example:8443"),
        ("api.example", "wss", "https://api.example"),
        ("[::1]:8000", "ws", "http://[::1]:8000"),
        ("evil.example/x?", "http", "http://10.0.0.1:80"),
        ("user@evil.example", "http", "http://10.0.0.1:80"),
        ("[::1", "http", "http://10.0.0.1:80"),
        ("", "http", "http://10.0.0.1:80"),
    ],
)
def test_our_own_address_is_the_one_that_was_asked(host: str, scheme: str, wanted: str) -> None:
    request = scope("http", {"host": host}, scheme) | {"server": ("10.0.0.1", 80)}
    assert own_origin(HTTPConnection(request)) == wanted


def test_our_own_address_may_be_of_six() -> None:
    request = scope("http", {"host": ""}, "http") | {"server": ("::1", None)}
    assert own_origin(HTTPConnection(request)) == "http://[::1]"
