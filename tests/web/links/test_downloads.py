"""Downloads over a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from time import time

import httpx
import pytest

from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.signing import DOWNLOADS, DownloadClaim, LinkSigner
from tests.support.links import SCOPE, LinkServer, link_key, link_server
from tests.support.waiting import until

PIECE = 256 * 1024
LARGE = bytes(range(256)) * (5 * PIECE // 512)
"""Two pieces and a half."""


async def code_of(response: httpx.Response) -> tuple[int, str]:
    """The status of a refusal and the code in it."""
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return response.status_code, error["extensions"]["code"]


async def test_bytes_come_whole_and_in_parts(server: LinkServer) -> None:
    url = await server.link(LARGE, "my file.png")
    whole = await server.http.get(url)
    assert (whole.status_code, whole.content) == (200, LARGE)
    assert (
        whole.headers["content-disposition"] == "attachment; filename=\"my file.png\"; filename*=UTF-8''my%20file.png"
    )
    assert "set-cookie" not in whole.headers
    assert whole.headers["x-frame-options"] == "DENY"
    for header, wanted in {
        "bytes=0-0": LARGE[:1],
        f"bytes={PIECE - 1}-{PIECE}": LARGE[PIECE - 1 : PIECE + 1],
        "bytes=-5": LARGE[-5:],
        f"bytes={PIECE}-{'9' * 5_000}": LARGE[PIECE:],
        "bytes=0-": LARGE,
    }.items():
        part = await server.http.get(url, headers={"range": header})
        assert (part.status_code, part.content) == (206, wanted)
    head = await server.http.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(LARGE)))
    kept = await server.http.get(url, headers={"if-none-match": whole.headers["etag"]})
    assert (kept.status_code, kept.content) == (304, b"")
    behind = await server.http.get(url, headers={"range": f"bytes={len(LARGE)}-"})
    assert await code_of(behind) == (416, "BAD_REQUEST")
    assert behind.headers["content-range"] == f"bytes */{len(LARGE)}"
    assert "content-disposition" not in behind.headers
    assert server.slots.taken == 0


async def test_nothing_is_a_download_too(server: LinkServer) -> None:
    response = await server.http.get(await server.link(b""))
    assert (response.status_code, response.content) == (200, b"")


async def test_links_that_grant_nothing_are_refused(server: LinkServer) -> None:
    claim = DownloadClaim("ada", SCOPE, link_key(b"x").sha256, 1, "x", "image/png", int(time()) + 600)
    await server.blobs.put(SCOPE, b"x")
    old = DownloadClaim("ada", SCOPE, link_key(b"x").sha256, 1, "x", "image/png", int(time()))
    missing = DownloadClaim("ada", "projects/2", link_key(b"x").sha256, 1, "x", "image/png", int(time()) + 600)
    good = server.signer.sign(claim)
    answers = {
        good: (200, ""),
        good[:-1]: (403, "FORBIDDEN"),
        good + "A" * 50_000: (403, "FORBIDDEN"),
        "%00": (403, "FORBIDDEN"),
        "%F0%9F%92%A9": (403, "FORBIDDEN"),
        LinkSigner("another secret").sign(claim): (403, "FORBIDDEN"),
        server.signer.sign(old): (403, "FORBIDDEN"),
        server.signer.sign(missing): (404, "NOT_FOUND"),
        "..%2f..%2fetc%2fpasswd": (404, "NOT_FOUND"),
        "": (404, "NOT_FOUND"),
    }
    for token, wanted in answers.items():
        response = await server.http.get(DOWNLOADS + token)
        assert wanted == ((200, "") if response.is_success else await code_of(response)), token[:40]
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        response = await server.http.request(method, DOWNLOADS + good)
        assert await code_of(response) == (405, "BAD_REQUEST")
        assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_damage_is_never_delivered_as_whole(server: LinkServer) -> None:
    url, small = await server.link(LARGE), await server.link(b"whole")
    server.file_of(LARGE).write_bytes(LARGE[:-1] + b"!")
    server.file_of(b"whole").write_bytes(b"whOle")
    with pytest.raises(httpx.RemoteProtocolError):
        await server.http.get(url)
    # Its one piece is looked at before anything is said.
    assert await code_of(await server.http.get(small)) == (503, "STORAGE_UNAVAILABLE")
    server.file_of(LARGE).write_bytes(LARGE[:-1])
    assert await code_of(await server.http.get(url)) == (503, "STORAGE_UNAVAILABLE")
    assert await code_of(await server.http.get(url, headers={"range": "bytes=0-1"})) == (503, "STORAGE_UNAVAILABLE")
    assert server.slots.taken == 0


class CountedStore(LocalBlobStore):
    """Counts the bytes that were read of it."""

    read_bytes = 0

    async def read(self, key: BlobKey, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        async for piece in super().read(key, start, length):
            self.read_bytes += len(piece)
            yield piece


async def settled(store: CountedStore) -> int:
    """The bytes that were read, once they are no more for a while."""
    same, last = 0, -1

    def is_same() -> bool:
        nonlocal same, last
        same, last = (same + 1 if store.read_bytes == last else 0), store.read_bytes
        return last > 0 and same > 20

    await until(is_same)
    return last


async def test_a_slow_reader_gets_all_and_costs_little(tmp_path: Path) -> None:
    """What he does not take is not read: a piece and the socket's buffers are all that waits for him."""
    data, store = bytes(24 * 1024 * 1024), CountedStore(tmp_path)
    async with link_server(tmp_path, blobs=store) as server:
        url = await server.link(data)
        with socket.socket() as lazy, socket.socket() as rude:
            for each in (lazy, rude):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
                each.setblocking(False)
                await asyncio.get_running_loop().sock_connect(each, ("127.0.0.1", server.port))
                request = f"GET {url} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
                await asyncio.get_running_loop().sock_sendall(each, request.encode())
            await until(lambda: server.slots.taken == 2)
            assert await settled(store) < len(data)
            rude.close()
            await until(lambda: server.slots.taken == 1)
            received = bytearray()
            while chunk := await asyncio.get_running_loop().sock_recv(lazy, 1024 * 1024):
                received += chunk
        assert sha256(received.partition(b"\r\n\r\n")[2]).digest() == sha256(data).digest()
        await until(lambda: server.slots.taken == 0)
        assert store.read_bytes < 2 * len(data), "of what the other hung up on no more was read"


async def test_a_reader_who_stopped_is_hung_up_on(tmp_path: Path) -> None:
    data, store = bytes(24 * 1024 * 1024), CountedStore(tmp_path)
    async with link_server(tmp_path, blobs=store, send_timeout_s=0.05) as server:
        url = await server.link(data)
        with socket.socket() as stopped:
            stopped.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
            stopped.setblocking(False)
            await asyncio.get_running_loop().sock_connect(stopped, ("127.0.0.1", server.port))
            request = f"GET {url} HTTP/1.1\r\nhost: localhost\r\n\r\n"
            await asyncio.get_running_loop().sock_sendall(stopped, request.encode())
            await until(lambda: store.read_bytes > 0 and server.slots.taken == 0)
            assert store.read_bytes < len(data)


async def test_only_so_many_come_at_once(server: LinkServer) -> None:
    url = await server.link(b"x")
    with server.slots.take("ada"), server.slots.take("ada"), server.slots.take("ada"):
        response = await server.http.get(url)
        assert await code_of(response) == (503, "OVERLOADED")
        assert response.headers["retry-after"] == "5"
        assert (await server.http.head(url)).status_code == 200
    assert (await server.http.get(url)).status_code == 200
