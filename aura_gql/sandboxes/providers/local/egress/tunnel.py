"""What goes through a CONNECT: TLS to the host that it named, untouched."""

import asyncio
from http import HTTPStatus

from aura_gql.kernel.host_rules import is_address
from aura_gql.sandboxes.providers.local.egress.hello import UNRECOGNISED_NAME, NotTls, parse_hello
from aura_gql.sandboxes.providers.local.egress.refusal import Refusal
from aura_gql.sandboxes.providers.local.egress.stream import CHUNK_BYTES, Stream
from aura_gql.sandboxes.providers.local.egress.traffic import Traffic

TLS_PORT = 443
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


async def tunnel(client: Stream, host: Stream, name: str, port: int, traffic: Traffic, first_s: float) -> None:
    """Carry bytes both ways until both have ended. `first_s` is how long the client's first words may take.

    Raises Refusal, which the client has been told in TLS, and OSError.
    """
    client.writer.write(ESTABLISHED)
    await traffic.send(await _first_words(client, name, port, first_s), host.writer)
    ways = [
        asyncio.create_task(traffic.send_all(client.reader, host.writer)),
        asyncio.create_task(traffic.receive_all(host.reader, client.writer)),
    ]
    try:
        await asyncio.gather(*ways)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.wait(ways)


async def _first_words(client: Stream, name: str, port: int, first_s: float) -> bytes:
    """TLS that asks for the host of the tunnel; or, on other ports than TLS's own, something that is no TLS."""
    words = b""
    try:
        async with asyncio.timeout(first_s):
            while (hello := parse_hello(words)) is None:
                piece = await client.reader.read(CHUNK_BYTES)
                if not piece:
                    raise NotTls
                words += piece
    except TimeoutError:
        raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "Nothing was said in the tunnel.") from None
    except NotTls:
        if port == TLS_PORT:
            raise Refusal(HTTPStatus.FORBIDDEN, f"What goes to port {TLS_PORT} is not TLS.") from None
        return words
    if hello.name != name and not (hello.name is None and is_address(name)):
        await client.say_farewell(UNRECOGNISED_NAME)
        raise Refusal(HTTPStatus.FORBIDDEN, "TLS asks for another host than the tunnel leads to.")
    return words
