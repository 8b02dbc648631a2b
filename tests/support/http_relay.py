"""A relay in front of an HTTP server: it passes requests on as they are, or does what a rule says instead."""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

_HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of a request before its body has been read; header names are in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def length(self) -> int:
        return int(self.headers.get("content-length", "0"))


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Where `cut_at` is given, only so much of the body is sent, and then the connection ends."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut_at: int | None = None

    @classmethod
    def refusal(cls, status: int, code: str, message: str = "") -> "Answer":
        """As S3 says that it won't."""
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        return cls(status, {"content-length": str(len(body)), "content-type": "application/xml"}, body)


@dataclass(frozen=True, slots=True)
class HangUp:
    """Read so many bytes of the body, and then end the connection without a word."""

    after: int


class Silence:
    """Read the request and never answer."""


Verdict = Answer | HangUp | Silence | None
Rule = Callable[[Request], Verdict]
Revision = Callable[[Request, Answer], Answer]


class HttpRelay:
    """Listens on loopback within its context. The first rule that has a verdict on a request decides; where none has,
    the answer of the server at `upstream` passes through the revisions. With `tls` it is reached over https. `seen` are
    the requests so far.
    """

    def __init__(
        self,
        upstream: str,
        rules: Sequence[Rule] = (),
        revisions: Sequence[Revision] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._upstream = urlsplit(upstream)
        self._rules, self._revisions, self._tls = rules, revisions, tls
        self._serving = set[asyncio.Task[None]]()
        self.seen: list[Request] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._exchange(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(_HEAD_END)
        request = _parsed(head)
        self.seen.append(request)
        if "100-continue" in request.headers.get("expect", ""):
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        verdict = next((verdict for rule in self._rules if (verdict := rule(request)) is not None), None)
        if isinstance(verdict, HangUp):
            await reader.readexactly(verdict.after)
            return
        body = await reader.readexactly(request.length)
        if isinstance(verdict, Silence):
            await reader.read()
            return
        answer = verdict or await self._asked(request, head, body)
        if verdict is None:
            for revise in self._revisions:
                answer = revise(request, answer)
        told = b"" if request.method == "HEAD" else answer.body[: answer.cut_at]
        writer.write(_encoded(answer) + told)
        await writer.drain()

    async def _asked(self, request: Request, head: bytes, body: bytes) -> Answer:
        """What the server says; its head is passed on byte by byte, since it is signed."""
        reader, writer = await asyncio.open_connection(self._upstream.hostname, self._upstream.port)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"expect:", b"connection:"))]
        lines.insert(1, b"Connection: close")
        writer.write(b"\r\n".join(lines) + body)
        await writer.drain()
        told = await reader.readuntil(_HEAD_END)
        status, headers = _status_and_headers(told)
        received = await reader.read() if request.method != "HEAD" else b""
        writer.close()
        await writer.wait_closed()
        return Answer(status, headers, received)


def _parsed(head: bytes) -> Request:
    first, headers = _lines(head)
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    return Request(method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers)


def _status_and_headers(head: bytes) -> tuple[int, dict[str, str]]:
    first, headers = _lines(head)
    return int(first.split(" ")[1]), headers


def _lines(head: bytes) -> tuple[str, dict[str, str]]:
    first, *rest = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    pairs = (line.partition(":") for line in rest)
    return first, {name.lower(): value.strip() for name, _, value in pairs}


def _encoded(answer: Answer) -> bytes:
    headers = {name: value for name, value in answer.headers.items() if name != "connection"}
    lines = [f"HTTP/1.1 {answer.status} Relayed", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1")
