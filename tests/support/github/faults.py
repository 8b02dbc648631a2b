"""What GitHub, or what is in front of it, does instead of answering."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from email.utils import formatdate

import anyio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

Fault = Callable[[Request], Response]
"""The wrong answer to a request."""

_PIECE = bytes(64 * 1024)
_TICK_S = 0.01
_PACKED = b"\x1f\x8b"


class _Halved(Response):
    """Tells the length of its whole body, sends a part of it and hangs up, or (`is_silent`) nothing more."""

    def __init__(self, body: bytes, sent: int, *, is_silent: bool) -> None:
        super().__init__(body, media_type="application/x-gzip")
        self._sent, self._is_silent = sent, is_silent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body[: self._sent], "more_body": True})
        if self._is_silent:
            await _gone(Request(scope, receive))


def status(code: int, body: str = "", headers: Mapping[str, str] | None = None) -> Fault:
    """An answer of this status."""
    return lambda request: Response(body, code, headers)


def primary_limit(reset_in_s: int = 1800) -> Fault:
    """The hour's requests are used up."""
    return lambda request: Response(
        '{"message": "API rate limit exceeded for 127.0.0.1."}',
        403,
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + reset_in_s)},
    )


def secondary_limit(code: int = 403, retry_after: str | None = "90") -> Fault:
    """Too much at once; without `retry_after` the body alone says so."""
    told = {} if retry_after is None else {"retry-after": retry_after}
    return status(code, '{"message": "You have exceeded a secondary rate limit."}', told)


def in_http_date(seconds: int) -> str:
    """The time so many seconds from now, as headers write it."""
    return formatdate(time.time() + seconds, usegmt=True)


def bad_credentials() -> Fault:
    """The token is unknown."""
    return status(401, '{"message": "Bad credentials", "status": "401"}')


def unicorn(code: int = 502) -> Fault:
    """GitHub is down, and says so in HTML."""
    return lambda request: Response("<!DOCTYPE html><title>Unicorn!</title>" * 100, code, media_type="text/html")


def moved(location: str, code: int = 302) -> Fault:
    """It is somewhere else."""
    return lambda request: Response(status_code=code, headers={"location": location})


def around() -> Fault:
    """It is where it was asked for."""
    return lambda request: Response(status_code=302, headers={"location": str(request.url)})


def slow_headers() -> Fault:
    """No answer, as long as one waits for it."""
    return lambda request: _Silent()


def cut_off(body: bytes, at: int) -> Fault:
    """A body that ends too soon."""
    return lambda request: _Halved(body, at, is_silent=False)


def stalled(body: bytes, at: int) -> Fault:
    """A body that goes on no more, with nobody hanging up."""
    return lambda request: _Halved(body, at, is_silent=True)


def trickling() -> Fault:
    """A body that comes byte by byte, for ever."""
    return lambda request: StreamingResponse(_endless(request, b"\0", _TICK_S), media_type="application/x-gzip")


def endless() -> Fault:
    """A body that never ends, as fast as it is read; nobody tells its length."""
    return lambda request: StreamingResponse(_endless(request, _PIECE, 0), media_type="application/x-gzip")


def text(body: str | bytes, code: int = 200) -> Fault:
    """An answer that is fine but for what it says."""
    return lambda request: Response(body, code, {"content-type": "application/vnd.github.sha; charset=utf-8"})


class _Silent(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _gone(Request(scope, receive))


async def _endless(request: Request, piece: bytes, pause_s: float) -> AsyncIterator[bytes]:
    yield _PACKED
    while not await request.is_disconnected():
        yield piece
        await anyio.sleep(pause_s)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
