"""What listens inside a sandbox in the tests of previews: run there by the sandbox's own Python, with its ports.

It speaks HTTP/1.1 by hand, so that it can also speak it wrongly.
"""

import asyncio
import base64
import hashlib
import json
import sys
from urllib.parse import parse_qs, urlsplit

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
EVENTS: "dict[str, asyncio.Event]" = {}


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    if headers.get("transfer-encoding") == "chunked":
        while length := int(await reader.readline(), 16):
            digest.update(await reader.readexactly(length))
            size += length
            await reader.readline()
        await reader.readline()
    else:
        left = int(headers.get("content-length", 0))
        while left:
            piece = await reader.read(min(left, 65536))
            digest.update(piece)
            size, left = size + len(piece), left - len(piece)
    return size, digest.hexdigest()


async def echo_frames(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
    accept = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + GUID).digest())
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n")
    if "sec-websocket-protocol" in headers:
        writer.write(b"Sec-WebSocket-Protocol: " + headers["sec-websocket-protocol"].encode() + b"\r\n")
    writer.write(b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    while head := await reader.read(1):
        second = (await reader.readexactly(1))[0]
        length = second & 0x7F
        if length >= 126:
            length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
        mask = await reader.readexactly(4)
        data = await reader.readexactly(length)
        plain = (int.from_bytes(data, "big") ^ int.from_bytes((mask * (length // 4 + 1))[:length], "big")).to_bytes(
            length, "big"
        )
        size = bytes([length]) if length < 126 else b"\x7f" + length.to_bytes(8, "big")
        writer.write(head + size + plain)
        await writer.drain()
        if head[0] & 0xF == 8:
            return


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
    line, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ")
    url = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines if each)}
    match url.path:
        case "/head":
            said = json.dumps({"line": line, "headers": [each for each in lines if each]}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said) + (said * (method != "HEAD")))
        case "/body":
            size, digest = await read_body(reader, headers)
            said = json.dumps({"size": size, "sha256": digest}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said) + said)
        case "/deaf":
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\ndeaf")
            # As long as somebody sends, closing would throw the answer away that is on its way.
            while await reader.read(65536):
                pass
        case "/large":
            size = int(query["size"])
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            for _ in range(size // 100_000):
                writer.write(bytes(100_000))
                await writer.drain()
        case "/pieces":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n")
            for piece in (b"one", b"two", b"x" * 100_000):
                writer.write(b"%x;ext=1\r\n" % len(piece) + piece + b"\r\n")
                await writer.drain()
            writer.write(b"0\r\nX: y\r\n\r\n")
        case "/events":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: first\n\n")
            await EVENTS.setdefault("next", asyncio.Event()).wait()
            writer.write(b"data: second\n\n")
        case "/next":
            EVENTS.setdefault("next", asyncio.Event()).set()
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        case "/socket":
            await echo_frames(reader, writer, headers)
        case "/raw":
            writer.write(base64.urlsafe_b64decode(query.get("text", "")))
        case "/hang":
            await reader.read()
        case _:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        await answer(reader, writer, head)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    writer.close()


async def main() -> None:
    for port in sys.argv[1:]:
        await asyncio.start_server(serve, "127.0.0.1", int(port))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
