"""One request to what listens in a sandbox, and its answer, both as they come."""

import asyncio

import h11

from aura_gql.web.previews.headers import Door, answer_headers, is_upgrade, request_headers, switching_headers
from aura_gql.web.previews.heads import BadMessage
from aura_gql.web.previews.peer import Peer, PeerGone

# How long the other direction of a WebSocket has when one has ended.
LAST_WORDS_S = 5.0
_CONTINUE, _SWITCHING = 100, 101


class ClientGone(Exception):
    """The client hung up: nobody waits for the answer."""


class BadRequest(BadMessage):
    """It is the client who does not keep to HTTP."""


async def exchange(client: Peer, inside: Peer, request: h11.Request, door: Door) -> bool:
    """Pass a request on and its answer back; whether that made the connection a WebSocket, which is to be spliced.

    ClientGone, BadRequest. PeerGone, BadMessage and ConnectionError where it is the other side, or a client that does
    not take its answer.
    """
    await inside.send(h11.Request(method=request.method, target=request.target, headers=request_headers(request, door)))
    sending = asyncio.create_task(_pass_body(client, inside))
    answering = asyncio.create_task(_pass_answer(client, inside, request, door))
    try:
        await asyncio.wait({sending, answering}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        return await answering
    finally:
        await _end(sending, answering)


async def splice(client: Peer, inside: Peer) -> None:
    """Pass bytes both ways until one side ends."""
    ways = {
        asyncio.create_task(_pass_bytes(client, inside)),
        asyncio.create_task(_pass_bytes(inside, client)),
    }
    try:
        _, going = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if going:
            await asyncio.wait(going, timeout=LAST_WORDS_S)
    finally:
        await _end(*ways)


async def _pass_body(client: Peer, inside: Peer) -> None:
    """The request's body, then until the client hangs up, which nobody else would notice."""
    if client.http.they_are_waiting_for_100_continue:
        await client.send(h11.InformationalResponse(status_code=_CONTINUE, headers=[]))
    try:
        while not isinstance(event := await client.receive(), h11.EndOfMessage):
            await _told(inside, event)
        await _told(inside, event)
        await client.watch()
    except (PeerGone, ConnectionError) as error:
        raise ClientGone from error
    except BadMessage as error:
        raise BadRequest(str(error), error.status) from error
    await asyncio.get_running_loop().create_future()


async def _told(inside: Peer, event: h11.Event) -> None:
    """Pass a piece of the body on. Who hears no more of it may have answered already, and that is to be read."""
    try:
        await inside.send(event)
    except ConnectionError:
        await asyncio.get_running_loop().create_future()


async def _pass_answer(client: Peer, inside: Peer, request: h11.Request, door: Door) -> bool:
    """The answer from its first word; whether the connection is a WebSocket now."""
    while isinstance(head := await inside.receive_head(), h11.InformationalResponse):
        if head.status_code == _SWITCHING:
            if not is_upgrade(request):
                raise BadMessage("It switches protocols without having been asked to.")
            await client.send(h11.InformationalResponse(status_code=101, headers=switching_headers(head, door)))
            return True
        if head.status_code != _CONTINUE and request.http_version == b"1.1":
            hint = h11.InformationalResponse(status_code=head.status_code, headers=answer_headers(head, door))
            await client.send(hint)
    if not isinstance(head, h11.Response):
        raise PeerGone
    answer = h11.Response(status_code=head.status_code, headers=answer_headers(head, door), reason=head.reason)
    await client.send(answer)
    while True:
        event = await inside.receive()
        # Fields behind the body are for this hop: nobody announced them to the client.
        await client.send(h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event)
        if isinstance(event, h11.EndOfMessage):
            return False


async def _pass_bytes(source: Peer, target: Peer) -> None:
    try:
        await target.write(source.taken_over())
        while piece := await source.read():
            await target.write(piece)
    except ConnectionError:
        return
    target.end_writing()


async def _end(*tasks: "asyncio.Task[None] | asyncio.Task[bool]") -> None:
    """End what still goes on; what it raised was of no more interest."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
