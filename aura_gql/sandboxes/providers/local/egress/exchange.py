"""One request over plain HTTP and its answer."""

import asyncio
import contextlib
from http import HTTPStatus

from aura_gql.sandboxes.providers.local.egress.refusal import Refusal
from aura_gql.sandboxes.providers.local.egress.response import is_interim, rewrite_response
from aura_gql.sandboxes.providers.local.egress.stream import CHUNK_BYTES, HEAD_END, Stream
from aura_gql.sandboxes.providers.local.egress.traffic import Traffic

MAX_INTERIM_HEADS = 8


async def exchange(client: Stream, host: Stream, head: bytes, body_length: int, traffic: Traffic) -> None:
    """Send the head on, and then exactly as many bytes of the client's as its body has; bring the answer back.

    Raises Refusal, of which the client has heard nothing, and OSError.
    """
    await traffic.send(head, host.writer)
    body = asyncio.create_task(_send_body(client, host, body_length, traffic))
    try:
        answer = await _answer(host)
        await traffic.receive(answer, client.writer)
        with contextlib.suppress(Refusal):  # The client sees an answer that is cut off.
            await traffic.receive_all(host.reader, client.writer)
    except Refusal:
        # That of the body comes first: it is why there was no answer.
        if body.done() and not body.cancelled() and isinstance(trouble := body.exception(), Refusal):
            raise trouble from None
        raise
    finally:
        body.cancel()
        await asyncio.wait({body})
        if not body.cancelled():
            body.exception()


async def _send_body(client: Stream, host: Stream, left: int, traffic: Traffic) -> None:
    try:
        while left:
            piece = await client.reader.read(min(left, CHUNK_BYTES))
            if not piece:
                raise ConnectionResetError
            left -= len(piece)
            await traffic.send(piece, host.writer)
    except (OSError, Refusal):
        host.writer.transport.abort()
        raise


async def _answer(host: Stream) -> bytes:
    """The head of the answer, for the client. Raises Refusal."""
    for _ in range(MAX_INTERIM_HEADS):
        try:
            head = await host.reader.readuntil(HEAD_END)
        except (asyncio.LimitOverrunError, asyncio.IncompleteReadError, OSError):
            break
        if not is_interim(head):
            return rewrite_response(head)
    raise Refusal(HTTPStatus.BAD_GATEWAY, "The host gave no answer of HTTP/1.")
