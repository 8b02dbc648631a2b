"""Many who come at once, and the end."""

import asyncio
import contextlib

import pytest
from websockets.asyncio.client import connect

from aura_gql.web.previews.bounds import ProxyBounds
from aura_gql.web.previews.gate import PreviewGate
from tests.support.previews import PreviewBench
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_turns_away_who_is_one_too_many_of_an_address(bench: PreviewBench) -> None:
    await until(lambda: len(bench.gate) == 0)
    writers = [(await asyncio.open_connection("127.0.0.1", bench.port))[1] for _ in range(30)]
    await until(lambda: len(bench.gate) == 30)
    answer = await bench.raw(b"")
    assert answer.startswith(b"HTTP/1.1 503 ")
    for writer in writers:
        writer.close()
    await until(lambda: len(bench.gate) == 0)
    assert (await bench.get(await bench.preview())).status_code == 200


async def test_bounds_all_together_and_no_proxy(bench: PreviewBench) -> None:
    bounds = ProxyBounds(max_connections=3, max_connections_per_address=1, trusted_proxies=("127.0.0.0/8",))
    gate = PreviewGate(bench.previews, bounds)
    server = await asyncio.start_server(gate.take, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()[:2]
    streams = [await asyncio.open_connection(*address) for _ in range(3)]
    await until(lambda: len(gate) == 3)
    reader, writer = await asyncio.open_connection(*address)
    assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
    for each in (writer, *(one for _, one in streams)):
        each.close()
    server.close()
    await gate.close(1.0)


async def test_ends_the_idle_at_once_and_the_busy_in_their_time(bench: PreviewBench) -> None:
    preview = await bench.preview()
    gate = PreviewGate(bench.previews, ProxyBounds())
    server = await asyncio.start_server(gate.take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    idle, idle_writer = await asyncio.open_connection(host, port)
    slow, slow_writer = await asyncio.open_connection(host, port)
    slow_writer.write(f"POST /body HTTP/1.1\r\nHost: {preview.host}\r\nContent-Length: 5\r\n\r\nhel".encode())
    async with connect(f"ws://{preview.host}/socket", host=host, port=port) as socket:
        await until(lambda: bench.previews.count_visits() == 2)
        server.close()
        closing = asyncio.create_task(gate.close(60.0))
        await socket.wait_closed()
        assert await idle.read() == b""
        assert not closing.done()
        slow_writer.write(b"lo")
        assert (await slow.read()).startswith(b"HTTP/1.1 200 ")
        await closing
    for writer in (idle_writer, slow_writer):
        writer.close()
    assert len(gate) == 0


async def test_ends_what_never_ends(bench: PreviewBench) -> None:
    preview = await bench.preview()
    gate = PreviewGate(bench.previews, ProxyBounds())
    server = await asyncio.start_server(gate.take, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    writer.write(f"GET /hang HTTP/1.1\r\nHost: {preview.host}\r\n\r\n".encode())
    await until(lambda: bench.previews.count_visits() == 1)
    server.close()
    await gate.close(0.05)
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    assert len(gate) == 0


async def test_hangs_up_on_who_asks_for_nothing(bench: PreviewBench) -> None:
    gate = PreviewGate(bench.previews, ProxyBounds(keep_alive_s=0.05))
    server = await asyncio.start_server(gate.take, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    assert await reader.read() == b""
    writer.close()
    server.close()
    await gate.close(0)
