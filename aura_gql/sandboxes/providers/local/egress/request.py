"""Reading the head of what a client asks the proxy for; strictly, so that no two readers understand it differently."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from aura_gql.kernel.host_rules import split_host
from aura_gql.sandboxes.providers.local.egress.refusal import Refusal

METHODS = ("GET", "HEAD", "POST")
HTTP_PORT = 80
MAX_HEADERS = 100

_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([\x21-\x7e]+) HTTP/1\.([01])")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\x20-\x7e\t\x80-\xff]*")
_LENGTH = re.compile(rb"[0-9]{1,15}")
# They are about this connection and not the one beyond, or ask for what we don't do.
_HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"te", b"trailer", b"upgrade", b"expect", b"host", b"http2-settings")
)


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    """What is asked for. `head` is what to send on, None for a tunnel; `body_length` bytes follow it."""

    host: str
    port: int
    head: bytes | None
    body_length: int = 0


def parse_request(data: bytes) -> ProxyRequest:
    """The request whose head is `data`, up to and with the empty line. Raises Refusal."""
    lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    line = _REQUEST_LINE.fullmatch(lines[0])
    if line is None:
        raise _bad("That is no request of HTTP/1.")
    method, target = line[1].decode("ascii"), line[2].decode("ascii")
    if method not in (*METHODS, "CONNECT"):
        words = f"The proxy of a sandbox does CONNECT, {', '.join(METHODS)}, and not {method}."
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, words)
    headers = _headers(lines[1:])
    return _tunnel(target, headers) if method == "CONNECT" else _exchange(method, target, headers)


def _headers(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    if len(lines) > MAX_HEADERS:
        raise Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"A request has at most {MAX_HEADERS} headers.")
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _bad("A header is malformed.")
        headers.append((name.lower(), value.strip(b" \t")))
    return headers


def _tunnel(target: str, headers: list[tuple[bytes, bytes]]) -> ProxyRequest:
    if _body_length(headers):
        raise _bad("CONNECT has no body.")
    host, port = _host_and_port(target)
    if port is None:
        raise _bad("CONNECT names a host and a port.")
    return ProxyRequest(host, port, None)


def _exchange(method: str, target: str, headers: list[tuple[bytes, bytes]]) -> ProxyRequest:
    scheme, separator, rest = target.partition("://")
    if not separator or scheme.lower() != "http":
        raise _bad("A request names an http:// address; https goes through CONNECT.")
    try:
        parts = urlsplit(target)
    except ValueError:
        raise _bad("The address is malformed.") from None
    # Of the text itself: whatever else may read an address otherwise than we do has no say in where it leads.
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    if parts.netloc != authority or "@" in authority or parts.fragment or "#" in target or "\\" in target:
        raise _bad("The address is malformed, or has a user or a fragment.")
    host, port = _host_and_port(authority)
    named = [value for name, value in headers if name == b"host"]
    if len(named) != 1 or _place(named[0].decode("latin-1")) != (host, port or HTTP_PORT):
        raise _bad("The Host header is not the host of the address.")
    path = rest[len(authority) :]
    kept = [(name, value) for name, value in headers if name not in _dropped(headers)]
    head = f"{method} {path if path.startswith('/') else '/' + path} HTTP/1.1\r\nHost: {authority}\r\n".encode("ascii")
    head += b"".join(name + b": " + value + b"\r\n" for name, value in kept) + b"Connection: close\r\n\r\n"
    return ProxyRequest(host, port or HTTP_PORT, head, _body_length(headers))


def _dropped(headers: list[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """The names of headers that stay here. What says how long the body is can't be talked away."""
    listed = b",".join(value for name, value in headers if name == b"connection")
    named = frozenset(name.strip(b" \t").lower() for name in listed.split(b",")) - {b"content-length"}
    ours = frozenset(name for name, _ in headers if name.startswith(b"proxy-"))
    return _HOP_BY_HOP | named | ours


def _body_length(headers: list[tuple[bytes, bytes]]) -> int:
    if any(name == b"transfer-encoding" for name, _ in headers):
        raise Refusal(HTTPStatus.LENGTH_REQUIRED, "A body sent over plain http needs a Content-Length.")
    lengths = [value for name, value in headers if name == b"content-length"]
    if not lengths:
        return 0
    if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
        raise _bad("The Content-Length is malformed.")
    return int(lengths[0])


def _host_and_port(authority: str) -> tuple[str, int | None]:
    try:
        return split_host(authority)
    except ValueError:
        raise _bad("That is no host.") from None


def _place(authority: str) -> tuple[str, int] | None:
    try:
        host, port = split_host(authority)
    except ValueError:
        return None
    return host, port or HTTP_PORT


def _bad(words: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, words)
