"""What becomes of headers on their way through: each side learns of the other what it may, and nothing of us."""

from collections.abc import Iterable
from dataclasses import dataclass

import h11

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    b"connection http2-settings keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer"
    b" transfer-encoding upgrade".split()
)
# We say these anew; `Expect` is answered by us.
_OURS = frozenset(
    b"host expect forwarded x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-real-ip".split()
)
# That would lead browsers past us.
_KEPT_INSIDE = frozenset({b"alt-svc"})
_COOKIE_PREFIXES = (b"__secure-", b"__host-")
# Better Auth's own names, which any prefix may stand before.
_SESSION_COOKIES = (b".session_token", b".session_data", b".dont_remember", b".account_data")


@dataclass(frozen=True, slots=True)
class Door:
    """One preview as both sides see it: `origin` and `host` outside, `localhost` and `port` inside.

    `client` is the value of `X-Forwarded-For`, `scheme` that of `X-Forwarded-Proto`. `cookie_prefix` is Better Auth's.
    """

    port: int
    host: bytes
    origin: bytes
    client: bytes
    scheme: bytes
    cookie_prefix: bytes

    @property
    def inner_origin(self) -> bytes:
        """What the server inside takes for its own address: development servers refuse names that they don't know."""
        return b"http://localhost:%d" % self.port


def is_upgrade(request: h11.Request) -> bool:
    """Whether it asks for a WebSocket. Other protocols are not spoken here: what they say would pass unseen."""
    names = {name for name, _ in request.headers}
    return (
        request.method == b"GET"
        and request.http_version == b"1.1"
        and b"upgrade" in _nominated(request.headers)
        and [value.lower() for name, value in request.headers if name == b"upgrade"] == [b"websocket"]
        and not names & {b"content-length", b"transfer-encoding"}
    )


def request_headers(request: h11.Request, door: Door) -> Headers:
    """What the server inside is told."""
    dropped = _HOP_BY_HOP | _OURS | _nominated(request.headers)
    headers: Headers = [(b"Host", b"localhost:%d" % door.port)]
    for raw_name, value in request.headers.raw_items():
        name = raw_name.lower()
        if name == b"cookie":
            value = _cookies_for_inside(value, door.cookie_prefix)
        elif name == b"origin" and value == door.origin:
            value = door.inner_origin
        if name not in dropped and (value or name != b"cookie"):
            headers.append((raw_name, value))
    if any(name == b"transfer-encoding" for name, _ in request.headers):
        headers.append((b"Transfer-Encoding", b"chunked"))
    if is_upgrade(request):
        headers += [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]
    else:
        headers.append((b"Connection", b"close"))
    return [
        *headers,
        (b"X-Forwarded-For", door.client),
        (b"X-Forwarded-Host", door.host),
        (b"X-Forwarded-Proto", door.scheme),
    ]


def answer_headers(answer: h11.Response | h11.InformationalResponse, door: Door) -> Headers:
    """What the browser is told."""
    dropped = _HOP_BY_HOP | _KEPT_INSIDE | _nominated(answer.headers)
    headers: Headers = []
    for raw_name, value in answer.headers.raw_items():
        name = raw_name.lower()
        if name == b"set-cookie":
            value = _without_domain(value)
        elif name in (b"location", b"access-control-allow-origin"):
            value = _seen_from_outside(value, door)
        if name not in dropped:
            headers.append((raw_name, value))
    if isinstance(answer, h11.Response):
        present = {name for name, _ in answer.headers}
        # The name of its host is what opens a preview: it is not for the pages that it links to, nor for indexes.
        for name, value in ((b"Referrer-Policy", b"same-origin"), (b"X-Robots-Tag", b"noindex")):
            if name.lower() not in present:
                headers.append((name, value))
    return headers


def switching_headers(answer: h11.InformationalResponse, door: Door) -> Headers:
    """The same for the answer that makes a connection a WebSocket."""
    return [*answer_headers(answer, door), (b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]


def _nominated(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Those that `Connection` says are for one hop only; never those that tell where a message ends."""
    named = (part.strip().lower() for name, value in headers if name == b"connection" for part in value.split(b","))
    return frozenset(named) - {b"content-length", b"cookie", b"set-cookie"}


def _cookies_for_inside(value: bytes, prefix: bytes) -> bytes:
    """The cookies but for those of Better Auth, with which code inside could act as the user."""
    return b"; ".join(pair.strip() for pair in value.split(b";") if pair.strip() and not _is_session(pair, prefix))


def _is_session(pair: bytes, prefix: bytes) -> bool:
    name = pair.partition(b"=")[0].strip().lower()
    for start in _COOKIE_PREFIXES:
        name = name.removeprefix(start)
    return name.startswith((prefix.lower() + b".", prefix.lower() + b"-")) or name.endswith(_SESSION_COOKIES)


def _without_domain(value: bytes) -> bytes:
    """A cookie for this host alone: with `Domain` it would be planted on all previews, or on the app itself."""
    first, *attributes = value.split(b";")
    kept = [each for each in attributes if each.partition(b"=")[0].strip().lower() != b"domain"]
    return b";".join([first, *kept])


def _seen_from_outside(value: bytes, door: Door) -> bytes:
    """An address of the server inside as the browser can use it."""
    for host in (b"localhost", b"127.0.0.1"):
        inner = b"http://%s:%d" % (host, door.port)
        if value == inner or value.startswith(inner + b"/"):
            return door.origin + value.removeprefix(inner)
    return value
