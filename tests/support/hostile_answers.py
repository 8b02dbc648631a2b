"""Asking a server for something hostile, and judging what it answers."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

from aura_gql.kernel.errors import ErrorCode
from tests.support.hostile import Hostile
from tests.support.raw_connections import opened_with


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 where the server hung up without a word."""

    status: int = 0
    kind: str = ""
    body: bytes = b""


async def asked(app: ASGIApp, request: Hostile) -> Answer:
    """What the application answers, in this process; a stream is left after its first event."""
    pieces = [request.body[:100], request.body[100:]]
    gone = asyncio.Event()
    answer = Answer()

    async def receive() -> Message:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal answer
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"").decode()
            answer = Answer(message["status"], kind)
        else:
            answer = replace(answer, body=answer.body + message.get("body", b""))
            if answer.kind.startswith("text/event-stream"):
                gone.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(request.path.decode("ascii")),
        "raw_path": request.path,
        "root_path": "",
        "query_string": request.query,
        "headers": list(request.headers),
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    await app(scope, receive, send)
    return answer


async def asked_raw(port: int, raw: bytes) -> Answer:
    """What the server answers to bytes on a connection of their own."""
    reader, writer = await opened_with(port, raw)
    try:
        return await _read(reader, is_head=raw.lstrip().startswith(b"HEAD"))
    except (ConnectionError, asyncio.IncompleteReadError):
        return Answer()
    finally:
        writer.transport.abort()


async def _read(reader: asyncio.StreamReader, *, is_head: bool) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    status = int(head[0].split()[1])
    if status == 100:
        return await _read(reader, is_head=is_head)
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    answer = Answer(status, headers.get("content-type", ""))
    if is_head or status == 101:
        return answer
    if "content-length" in headers:
        return replace(answer, body=await reader.readexactly(int(headers["content-length"])))
    size = int(await reader.readline(), 16)
    return replace(answer, body=await reader.readexactly(size))


def complaint(answer: Answer, *, is_head: bool = False, is_handshake: bool = False) -> str | None:
    """What is wrong with an answer; None where the server did well. Handshakes are refused in plain text."""
    if answer.status == 0:
        return "It hung up without a word."
    if answer.status >= 500 or b"INTERNAL" in answer.body:
        return "It takes the blame."
    if is_head or not answer.kind.startswith(("application/json", "application/graphql-response+json")):
        return None if answer.status < 400 or is_head or is_handshake else "It refuses in another format."
    codes = list(_codes(json.loads(answer.body)))
    if answer.status >= 400 and not codes:
        return "It refuses without a code."
    return None if set(codes) <= set(ErrorCode.__members__) else "It has a code of its own."


def _codes(body: dict[str, Any]) -> Iterator[str]:
    for error in body.get("errors", ()):
        yield str(error["extensions"]["code"])
    for payload in (body.get("data") or {}).values():
        for error in (payload.get("errors") or ()) if isinstance(payload, dict) else ():
            yield str(error.get("code", "NOT_FOUND"))
