"""Who gets in through a preview, and who does not."""

import asyncio
import base64
import contextlib

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from aura_gql.previews.tokens import new_token
from aura_gql.sandboxes.records import SandboxStatus
from aura_gql.web.previews.bounds import ProxyBounds
from aura_gql.web.previews.gate import PreviewGate
from tests.support.previews import APP, OTHER_PORT, PORT, Preview, PreviewBench, start_app
from tests.support.raw_connections import opened_with
from tests.support.sandboxes import OWNER
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


def opened(bench: PreviewBench, preview: Preview) -> connect:
    return connect(f"ws://{preview.host}/socket", host="127.0.0.1", port=bench.port)


async def opened_to_expire(bench: PreviewBench, stack: contextlib.AsyncExitStack) -> ClientConnection:
    """A socket of a preview that ends soon, though not before a busy machine came to open it."""
    for lasts_s in (1, 2, 4, 8, 16):
        with contextlib.suppress(InvalidStatus, ConnectionClosed):
            socket = await stack.enter_async_context(opened(bench, await bench.preview(lasts_s=lasts_s)))
            await echoed(socket)
            return socket
    raise AssertionError("Not even that long.")


async def echoed(socket: ClientConnection) -> None:
    await socket.send("hello")
    assert await socket.recv() == "hello"


async def cut_off(socket: ClientConnection) -> None:
    with pytest.raises(ConnectionClosed):
        await socket.recv()


async def test_what_is_no_preview_answers_as_one_that_ended(bench: PreviewBench) -> None:
    revoked = await bench.preview()
    await bench.previews.revoke(OWNER, revoked.record.id)
    expired = await bench.preview(lasts_s=1)
    hosts = [f"{new_token()}.localhost", "localhost", f"127.0.0.1:{bench.port}", "a.b", "", revoked.host]
    answers = [await bench.http.get("/graphql", headers={"host": host}) for host in hosts]

    async def is_gone() -> bool:
        return (await bench.get(expired)).status_code == 404

    await until(is_gone)
    answers.append(await bench.get(expired))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1


async def test_says_which_port_nothing_listens_on(bench: PreviewBench) -> None:
    preview = await bench.preview(3999)
    answer = await bench.get(preview)
    assert answer.status_code == 502
    assert "port 3999" in answer.text
    assert (await bench.http.head("/", headers={"host": preview.host})).status_code == 502
    posted = await bench.http.post("/", content=b"x" * 500_000, headers={"host": preview.host})
    assert posted.status_code == 502
    await start_app(bench.below, bench.sandbox_id, 3999)
    assert (await bench.get(preview)).text == "hello"


async def test_a_sandbox_that_ended_is_gone_and_so_are_its_sockets(bench: PreviewBench) -> None:
    sandbox = await bench.below.running(await bench.below.project({"app.py": APP.read_bytes()}))
    await start_app(bench.below, sandbox.id, PORT)
    preview = await bench.preview(sandbox_id=sandbox.id)
    async with opened(bench, preview) as socket:
        await echoed(socket)
        await bench.below.sandboxes.stop(OWNER, sandbox.id)
        await cut_off(socket)
    await bench.below.reached(sandbox.id, SandboxStatus.STOPPED)
    assert (await bench.get(preview)).status_code == 410


async def test_revoking_and_expiring_cut_off_what_is_open(bench: PreviewBench) -> None:
    revoked = await bench.preview()
    async with opened(bench, revoked) as one, contextlib.AsyncExitStack() as stack:
        await echoed(one)
        other = await opened_to_expire(bench, stack)
        await bench.previews.revoke(OWNER, revoked.record.id)
        await cut_off(one)
        await cut_off(other)


async def test_previews_can_not_read_each_others_cookies(bench: PreviewBench) -> None:
    """A browser's jar, as Python has it: what one preview sets is not sent to the other, whatever it asks for."""
    one, other = await bench.preview(PORT), await bench.preview(OTHER_PORT)
    cookies = b"Set-Cookie: a=1; Domain=localhost; Path=/\r\nSet-Cookie: b=2\r\n"
    text = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + cookies + b"\r\n"
    answer = await bench.get(one, f"/raw?text={base64.urlsafe_b64encode(text).decode()}")
    jar = httpx.Cookies()
    jar.extract_cookies(httpx.Response(200, headers=answer.headers, request=httpx.Request("GET", one.url)))
    sent = {}
    for preview in (one, other):
        request = httpx.Request("GET", preview.url)
        jar.set_cookie_header(request)
        sent[preview] = request.headers.get("cookie")
    assert sent == {one: "a=1; b=2", other: None}


async def test_as_many_go_through_one_as_may(bench: PreviewBench) -> None:
    preview, other = await bench.preview(), await bench.preview()
    streams = [await asyncio.open_connection("127.0.0.1", bench.port) for _ in range(10)]
    for _, writer in streams:
        writer.write(f"GET /hang HTTP/1.1\r\nHost: {preview.host}\r\n\r\n".encode())
    await until(lambda: bench.previews.count_visits() == 10)
    assert (await bench.get(preview)).status_code == 503
    assert (await bench.get(other)).status_code == 200
    for _, writer in streams:
        writer.close()
    await until(lambda: bench.previews.count_visits() == 0)


@pytest.mark.parametrize("beginning", [b"GET / HT", b"\x16\x03\x01"])
async def test_slow_heads_are_given_up(bench: PreviewBench, beginning: bytes) -> None:
    gate = PreviewGate(bench.previews, ProxyBounds(head_s=0.3))
    server = await asyncio.start_server(gate.take, "127.0.0.1", 0)
    reader, writer = await opened_with(server.sockets[0].getsockname()[1], beginning)
    assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
    writer.close()
    server.close()
    await gate.close(0)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET", 400),
        (b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400),
        (b"GET / HTTP/1.1\nHost: %s\n\n", 400),
        (b"GET / HTTP/1.1\r\nHost: %s\r\nA: b\r\n c: d\r\n\r\n", 400),
        (b"GET http://%s/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: %s\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: %s\r\nA: " + bytes(100_000) + b"\r\n\r\n", 431),
        (b"POST /body HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\n\n\r\n", 400),
        (b"POST /body HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
async def test_smuggling_is_refused(bench: PreviewBench, head: bytes, status: int) -> None:
    preview = await bench.preview()
    answer = await bench.raw(head.replace(b"%s", preview.host.encode()))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"\r\nContent-Type: ") == 1


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 2\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\nContent-Length: 4\n\nabcd",
        b"HTTP/1.1 200 OK\r\nA: b\r\n c: d\r\n\r\n",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"",
    ],
)
async def test_answers_that_are_not_clear_are_not_passed_on(bench: PreviewBench, text: bytes) -> None:
    answer = await bench.get(await bench.preview(), f"/raw?text={base64.urlsafe_b64encode(text).decode()}")
    assert answer.status_code == 502
    assert f"port {PORT}" in answer.text


@pytest.mark.parametrize("framing", [b"Content-Length: 9\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"])
async def test_an_answer_that_breaks_off_is_seen_to(bench: PreviewBench, framing: bytes) -> None:
    text = base64.urlsafe_b64encode(b"HTTP/1.1 200 OK\r\n" + framing).decode()
    preview = await bench.preview()
    with pytest.raises(httpx.HTTPError):
        await bench.get(preview, f"/raw?text={text}")


async def test_requests_may_follow_each_other_unasked(bench: PreviewBench) -> None:
    preview = await bench.preview()
    one = f"GET /%s HTTP/1.1\r\nHost: {preview.host}\r\n".encode()
    answer = await bench.raw(one + b"\r\n" + one + b"\r\n" + one + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 3
