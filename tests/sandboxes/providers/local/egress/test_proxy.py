"""The proxy of one sandbox, on the host's own loopback."""

import asyncio

import pytest
import structlog

from aura_gql.sandboxes.providers.local.egress import proxy as proxy_module
from aura_gql.sandboxes.providers.local.egress.proxy import MAX_CONNECTIONS
from tests.support.egress import ScriptedNames, origin, private, proxied
from tests.support.local_sandbox import open_channels
from tests.support.waiting import until

NAMES = {"a.example": [["127.0.0.1"]]}


async def test_a_flood_waits_in_the_kernel() -> None:
    async with origin() as host, proxied(private(f"a.example:{host.port}"), ScriptedNames(NAMES)) as proxy:
        before = open_channels()
        flood = [await asyncio.open_connection("127.0.0.1", proxy.port) for _ in range(3 * MAX_CONNECTIONS)]
        await until(lambda: open_channels() - before >= 4 * MAX_CONNECTIONS)
        assert open_channels() - before == 4 * MAX_CONNECTIONS
        waiting = asyncio.create_task(proxy.get(f"http://a.example:{host.port}/", f"a.example:{host.port}"))
        for _, writer in flood:
            writer.close()
        assert (await waiting).endswith(b"hello")
        await until(lambda: open_channels() == before)


async def test_close_ends_what_goes_on() -> None:
    async with proxied(private()) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        await until(lambda: proxy.proxy._errands)
        await proxy.proxy.close()
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", proxy.port)


async def test_logs_where_to_and_how_much_but_not_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_module, "MAX_LOG_LINES", 2)
    async with origin() as host, proxied(private(f"a.example:{host.port}"), ScriptedNames(NAMES)) as proxy:
        with structlog.testing.capture_logs() as lines:
            await proxy.get(f"http://a.example:{host.port}/secret?token=1", f"a.example:{host.port}")
            for _ in range(3):
                await proxy.get("http://b.example/", "b.example")
            await until(lambda: proxy.tally.connections.total() == 4)
    assert [(line["host"], line["refused"], line["last_line"]) for line in lines] == [
        ("a.example", None, False),
        ("b.example", 403, True),
    ]
    assert lines[0]["sent"] == proxy.tally.sent == len(host.heads[0])
    assert lines[0]["received"] == proxy.tally.received > 0
    assert "secret" not in str(lines)
    assert proxy.tally.connections == {None: 1, 403: 3}
