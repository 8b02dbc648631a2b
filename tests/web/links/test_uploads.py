"""Uploads by ticket over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from time import time

import httpx
import pytest

from aura_gql.files.staging.documents import UploadTicketDocument
from aura_gql.infra.mongo import Database
from aura_gql.projects.documents import ProjectDocument
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.signing import UPLOADS, DownloadClaim, UploadClaim
from aura_gql.web.links.uploads import is_upload
from tests.support.links import MAX_BODY_BYTES, LinkServer, link_server
from tests.support.mongo import init_documents
from tests.support.waiting import until

DATA = bytes(range(256)) * 4096
ZIP = {"content-type": "application/zip"}


@pytest.fixture
async def server(database: Database, tmp_path: Path) -> AsyncIterator[LinkServer]:
    await init_documents(database, [ProjectDocument, UploadTicketDocument, UserStorageDocument])
    async with link_server(tmp_path) as running:
        yield running


def refusal_of(response: httpx.Response) -> tuple[int, str]:
    """The status of a refusal and the code in it."""
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return response.status_code, error["extensions"]["code"]


async def slowly(data: bytes, pause: asyncio.Event) -> AsyncIterator[bytes]:
    """Half of the data, and the rest after the pause."""
    yield data[: len(data) // 2]
    await pause.wait()
    yield data[len(data) // 2 :]


async def test_a_body_is_staged_however_often_it_comes(server: LinkServer) -> None:
    assert len(DATA) > MAX_BODY_BYTES, "which other bodies may not have"
    ticket = await server.ticket(DATA)
    url, headers = ticket.request.url, dict(ticket.request.headers)
    answers = await asyncio.gather(*(server.http.put(url, content=DATA, headers=headers) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [204] * 3
    assert "set-cookie" not in answers[0].headers
    assert await server.staged() == [str(ticket.id)]
    assert b"".join([piece async for piece in server.blobs.read_upload(str(ticket.id))]) == DATA
    again = await server.http.put(url, content=bytes(len(DATA)), headers=headers)
    assert refusal_of(again) == (400, "BAD_REQUEST")
    assert await server.blobs.stat_upload(str(ticket.id)) == len(DATA)
    assert server.slots.taken == 0


async def test_what_was_not_announced_is_refused(server: LinkServer) -> None:
    url = (await server.ticket(DATA)).request.url

    async def chunked() -> AsyncIterator[bytes]:
        yield DATA

    refusals: dict[str, tuple[bytes | AsyncIterator[bytes], dict[str, str], int]] = {
        "other bytes": (DATA[:-1] + b"!", ZIP, 400),
        "one more": (DATA + b"!", ZIP, 413),
        "one less": (DATA[:-1], ZIP, 400),
        "nothing": (b"", ZIP, 400),
        "chunked": (chunked(), ZIP, 400),
        "another type": (DATA, {"content-type": "text/html"}, 415),
        "no type": (DATA, {}, 415),
        "compressed": (DATA, {**ZIP, "content-encoding": "gzip"}, 415),
    }
    for name, (body, headers, status) in refusals.items():
        response = await server.http.put(url, content=body, headers=headers)
        assert refusal_of(response) == (status, "BAD_REQUEST"), name
        assert response.headers["connection"] == "close", name
    assert await server.staged() == []
    assert server.slots.taken == 0


async def test_odd_lengths_are_refused(server: LinkServer) -> None:
    url = (await server.ticket(DATA)).request.url
    odd = {"9" * 18: 413, "9" * 19: 413, "9" * 100: 400, "+1048576": 400, "-1": 400, "": 400}
    for length, status in odd.items():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = f"PUT {url} HTTP/1.1\r\nhost: x\r\ncontent-type: application/zip\r\ncontent-length: {length}\r\n\r\n"
        writer.write(head.encode())
        assert (await reader.read()).split(b" ")[1] == str(status).encode(), length
        writer.close()
    assert server.slots.taken == 0


async def test_links_that_grant_nothing_are_refused(server: LinkServer) -> None:
    ticket = await server.ticket(DATA)
    token = ticket.request.url.removeprefix(UPLOADS)
    claim = server.signer.read(UploadClaim, token)
    download = DownloadClaim("ada", "projects/1", claim.sha256, claim.size, "x", "application/zip", claim.expires_at)
    answers = {
        token[:-1]: (403, "FORBIDDEN"),
        server.signer.sign(download): (403, "FORBIDDEN"),
        server.signer.sign(replace(claim, expires_at=1)): (403, "FORBIDDEN"),
        server.signer.sign(replace(claim, name="0" * 24)): (404, "NOT_FOUND"),
        "a/b": (404, "NOT_FOUND"),
    }
    for other, wanted in answers.items():
        assert refusal_of(await server.http.put(UPLOADS + other, content=DATA, headers=ZIP)) == wanted
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        assert refusal_of(await server.http.request(method, UPLOADS + token)) == (405, "BAD_REQUEST")
    assert refusal_of(await server.http.post(UPLOADS + token, content=DATA)) == (413, "BAD_REQUEST")
    await server.tickets.discard(ticket.id)
    assert refusal_of(await server.http.put(UPLOADS + token, content=DATA, headers=ZIP)) == (404, "NOT_FOUND")
    assert await server.staged() == []


async def test_a_body_that_breaks_off_leaves_nothing(server: LinkServer) -> None:
    ticket, pause = await server.ticket(DATA), asyncio.Event()
    url = ticket.request.url
    headers = {**ZIP, "content-length": str(len(DATA))}
    sending = asyncio.create_task(server.http.put(url, content=slowly(DATA, pause), headers=headers))
    await until(lambda: server.slots.taken == 1)
    sending.cancel()
    await until(lambda: server.slots.taken == 0)
    assert await server.staged() == []
    assert list((server.root / "incoming").iterdir()) == []
    pause.set()
    assert (await server.http.put(url, content=slowly(DATA, pause), headers=headers)).status_code == 204


async def test_a_body_has_until_the_end_of_its_link(server: LinkServer) -> None:
    claim = server.signer.read(UploadClaim, (await server.ticket(DATA)).request.url.removeprefix(UPLOADS))
    headers, lasts_s, answer = {**ZIP, "content-length": str(len(DATA))}, 1, (403, "FORBIDDEN")
    while answer == (403, "FORBIDDEN"):  # Which a busy machine did not come to begin in time.
        end, pause, lasts_s = int(time()) + lasts_s, asyncio.Event(), 2 * lasts_s
        url = UPLOADS + server.signer.sign(replace(claim, expires_at=end))
        sending = asyncio.create_task(server.http.put(url, content=slowly(DATA, pause), headers=headers))
        await until(lambda: time() > end and server.slots.taken == 0)  # noqa: B023
        pause.set()
        answer = refusal_of(await sending)
    assert answer == (408, "TIMEOUT")
    assert await server.staged() == []
    assert refusal_of(await server.http.put(url, content=DATA, headers=ZIP)) == (403, "FORBIDDEN")


async def test_only_so_many_come_at_once(server: LinkServer) -> None:
    url = (await server.ticket(DATA)).request.url
    with server.slots.take("ada"), server.slots.take("ada"), server.slots.take("ada"):
        assert refusal_of(await server.http.put(url, content=DATA, headers=ZIP)) == (503, "OVERLOADED")
    assert (await server.http.put(url, content=DATA, headers=ZIP)).status_code == 204


def test_only_uploads_bound_themselves() -> None:
    scopes = [("PUT", "/uploads/x"), ("POST", "/uploads/x"), ("PUT", "/graphql"), ("PUT", "/blobs/x")]
    told = [is_upload({"type": "http", "method": method, "path": path}) for method, path in scopes]
    assert told == [True, False, False, False]
    assert not is_upload({"type": "websocket", "path": "/uploads/x"})
