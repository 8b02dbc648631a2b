"""HTTP through a preview, to a real server in a real sandbox."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from aura_gql.sandboxes.values import Command
from aura_gql.web.previews.bounds import ProxyBounds
from aura_gql.web.previews.gate import PreviewGate
from tests.support.previews import OTHER_PORT, PORT, PreviewBench
from tests.support.processes import first_line
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATIC_PORT = 5000


async def test_passes_a_request_and_its_answer(bench: PreviewBench) -> None:
    preview = await bench.preview()
    answer = await bench.get(preview, "/head?a=%20b", accept="text/x", cookie="a=1; better-auth.session_token=2; b=3")
    assert answer.status_code == 200
    seen = answer.json()
    assert seen["line"] == "GET /head?a=%20b HTTP/1.1"
    headers = dict(line.lower().split(": ", 1) for line in seen["headers"])
    assert headers["host"] == f"localhost:{PORT}"
    assert headers["accept"] == "text/x"
    assert headers["cookie"] == "a=1; b=3"
    assert headers["connection"] == "close"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-host"] == preview.host
    assert headers["x-forwarded-proto"] == "http"
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_each_preview_opens_its_own_port(bench: PreviewBench) -> None:
    one, other = await bench.preview(PORT), await bench.preview(OTHER_PORT)
    for preview, port in ((one, PORT), (other, OTHER_PORT)):
        seen = (await bench.get(preview, "/head")).json()["headers"]
        assert f"Host: localhost:{port}" in seen


async def test_head_has_no_body_and_the_connection_goes_on(bench: PreviewBench) -> None:
    preview = await bench.preview()
    for _ in range(3):
        answer = await bench.http.head("/head", headers={"host": preview.host})
        assert (answer.status_code, answer.content) == (200, b"")
        assert int(answer.headers["content-length"]) > 100
    assert len(bench.gate) == 1


async def test_bodies_go_in_whole_and_in_chunks(bench: PreviewBench) -> None:
    preview = await bench.preview()
    data = bytes(range(256)) * 40_000

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 100_000):
            yield data[at : at + 100_000]

    for content in (data, pieces()):
        answer = await bench.http.post("/body", content=content, headers={"host": preview.host})
        assert answer.json() == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


async def test_waits_for_leave_to_send_a_body(bench: PreviewBench) -> None:
    preview = await bench.preview()
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    head = f"POST /body HTTP/1.1\r\nHost: {preview.host}\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    writer.write(head.encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    writer.write(b"hello")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    writer.close()
    await writer.wait_closed()


async def test_an_answer_before_the_end_of_the_body(bench: PreviewBench) -> None:
    preview = await bench.preview()
    head = f"POST /deaf HTTP/1.1\r\nHost: {preview.host}\r\nContent-Length: 50000000\r\n\r\n"
    answer = await bench.raw(head.encode() + bytes(1_000_000))
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert answer.endswith(b"deaf")


async def test_large_and_chunked_answers(bench: PreviewBench) -> None:
    preview = await bench.preview()
    size = 0
    async with bench.http.stream("GET", "/large?size=30000000", headers={"host": preview.host}) as answer:
        async for piece in answer.aiter_bytes():
            size += len(piece)
    assert size == 30_000_000
    pieces = await bench.get(preview, "/pieces")
    assert pieces.content == b"onetwo" + b"x" * 100_000
    assert pieces.headers["transfer-encoding"] == "chunked"
    assert "trailer" not in pieces.headers


async def test_events_come_as_they_happen(bench: PreviewBench) -> None:
    preview = await bench.preview()
    async with bench.http.stream("GET", "/events", headers={"host": preview.host}) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "data: first"
        assert (await bench.get(preview, "/next")).status_code == 204
        assert [line async for line in lines if line] == ["data: second"]


async def test_a_client_that_goes_takes_its_request_along(bench: PreviewBench) -> None:
    preview = await bench.preview()
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(f"GET /hang HTTP/1.1\r\nHost: {preview.host}\r\n\r\n".encode())
    await until(lambda: bench.previews.count_visits() == 1)
    writer.close()
    await writer.wait_closed()
    await until(lambda: bench.previews.count_visits() == 0)
    assert await reader.read() == b""


async def test_who_answers_nothing_is_given_up(bench: PreviewBench) -> None:
    preview = await bench.preview()
    gate = PreviewGate(bench.previews, ProxyBounds(idle_s=0.1))
    server = await asyncio.start_server(gate.take, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    writer.write(f"GET /hang HTTP/1.1\r\nHost: {preview.host}\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 504 ")
    writer.close()
    server.close()
    await gate.close(0)


async def test_echoes_over_a_websocket(bench: PreviewBench) -> None:
    preview = await bench.preview()
    url = f"ws://{preview.host}/socket"
    async with connect(
        url,
        host="127.0.0.1",
        port=bench.port,
        origin=Origin(preview.origin),
        subprotocols=[Subprotocol("vite-hmr")],
        max_size=None,
    ) as socket:
        assert socket.subprotocol == "vite-hmr"
        for message in ("hello", b"\x00\xff", "x" * 100, "x" * 70_000):
            await socket.send(message)
            assert await socket.recv() == message
        large = bytes(3_000_000)
        sending = asyncio.create_task(socket.send(large))
        assert await socket.recv() == large
        await sending


async def test_only_websockets_are_upgraded(bench: PreviewBench) -> None:
    preview = await bench.preview()
    upgrade = {"connection": "Upgrade, HTTP2-Settings, X-Secret", "upgrade": "h2c", "http2-settings": "AAMAAABk"}
    seen = str((await bench.get(preview, "/head", **upgrade, **{"x-secret": "1"})).json()).lower()
    assert "upgrade" not in seen
    assert "http2" not in seen
    assert "x-secret" not in seen
    text = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nsmuggled"
    answer = await bench.get(preview, f"/raw?text={base64.urlsafe_b64encode(text).decode()}")
    assert answer.status_code == 502


async def test_a_real_file_server(bench: PreviewBench) -> None:
    """Python's own, which speaks HTTP/1.0 and knows If-Modified-Since."""
    machine = bench.below.sandboxes.machines.get(bench.sandbox_id)
    assert machine is not None
    await machine.start_process(Command(["python3", "-m", "http.server", "--bind", "::1", str(STATIC_PORT)]))
    preview = await bench.preview(STATIC_PORT)

    async def listed() -> httpx.Response | None:
        answer = await bench.get(preview, "/")
        return answer if answer.status_code == 200 else None

    page = await until(listed)
    assert page is not None
    assert "app.py" in page.text
    answer = await bench.get(preview, "/app.py")
    assert "import asyncio" in answer.text
    again = await bench.get(preview, "/app.py", **{"if-modified-since": answer.headers["last-modified"]})
    assert (again.status_code, again.content) == (304, b"")


NODE = """
const http = require("http"), crypto = require("crypto");
const page = Buffer.from("0123456789");
const server = http.createServer((request, response) => {
  const range = /bytes=(\\d+)-(\\d+)/.exec(request.headers.range || "");
  if (range) {
    const part = page.subarray(+range[1], +range[2] + 1);
    const told = `bytes ${range[1]}-${range[2]}/${page.length}`;
    response.writeHead(206, { "content-range": told, "content-length": part.length });
    return response.end(part);
  }
  response.setHeader("etag", '"1"');
  if (request.headers["if-none-match"] === '"1"') { response.statusCode = 304; return response.end(); }
  if (request.url === "/hint") response.writeEarlyHints({ link: "</a.css>; rel=preload" });
  response.end(JSON.stringify({ host: request.headers.host, origin: request.headers.origin || null }));
});
// The handshake of Vite's hot reload: its own subprotocol, origin and host checked, a greeting, then what changed.
server.on("upgrade", (request, socket) => {
  const { host, origin } = request.headers;
  const protocol = request.headers["sec-websocket-protocol"];
  if (protocol !== "vite-hmr" || new URL(origin).host !== host) return socket.destroy();
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = crypto.createHash("sha1").update(key).digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
    + `Sec-WebSocket-Protocol: vite-hmr\\r\\nSec-WebSocket-Accept: ${accept}\\r\\n\\r\\n`);
  const say = (value) => {
    const text = JSON.stringify(value);
    socket.write(Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]));
  };
  socket.on("data", (data) => (data[0] & 0xf) === 8 && socket.end());
  say({ type: "connected" });
  require("fs").watchFile("main.js", { interval: 20 }, () => say({ type: "update", path: "/main.js" }));
});
server.listen(5173, () => console.log("ready"));
"""


async def test_a_development_server_reloads_hot(bench: PreviewBench) -> None:
    """Node's server, answering as Vite does: it trusts the host `localhost` alone."""
    machine = bench.below.sandboxes.machines.get(bench.sandbox_id)
    assert machine is not None
    process = await machine.start_process(Command(["node", "-e", NODE]))
    assert await first_line(process) == "ready"
    preview = await bench.preview(5173)
    plain = await bench.get(preview, "/", origin=preview.origin)
    assert plain.json() == {"host": "localhost:5173", "origin": "http://localhost:5173"}
    assert (await bench.get(preview, "/", origin="http://else.where")).json()["origin"] == "http://else.where"
    part = await bench.get(preview, "/", range="bytes=2-4")
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert (await bench.get(preview, "/", **{"if-none-match": '"1"'})).status_code == 304
    assert b"HTTP/1.1 103 " in await bench.raw(
        f"GET /hint HTTP/1.1\r\nHost: {preview.host}\r\nConnection: close\r\n\r\n".encode()
    )
    async with connect(
        f"ws://{preview.host}/?token=x",
        host="127.0.0.1",
        port=bench.port,
        origin=Origin(preview.origin),
        subprotocols=[Subprotocol("vite-hmr")],
    ) as socket:
        assert json.loads(await socket.recv()) == {"type": "connected"}
        await (await machine.start_process(Command(["touch", "main.js"]))).wait()
        assert json.loads(await socket.recv()) == {"type": "update", "path": "/main.js"}
    await process.terminate(grace_ms=0)
