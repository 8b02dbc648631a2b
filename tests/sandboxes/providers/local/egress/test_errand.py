"""One connection, from its first byte."""

import pytest

from aura_gql.sandboxes.providers.local.egress.errand import EgressTimes
from tests.support.egress import ScriptedNames, origin, private, proxied


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"PUT http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", 405),
        (b"CONNECT a.example:22 HTTP/1.1\r\n\r\n", 403),
        (b"CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n", 403),
        (b"CONNECT 8.8.8.8:443 HTTP/1.1\r\n\r\n", 403),
        (b"CONNECT [::1]:443 HTTP/1.1\r\n\r\n", 403),
        (b"CONNECT 2130706433:443 HTTP/1.1\r\n\r\n", 403),
        (b"CONNECT 0x7f.1:443 HTTP/1.1\r\n\r\n", 403),
        (b"CONNECT b.example:443 HTTP/1.1\r\n\r\n", 502),
        (b"GET http://a.example/ HTTP/1.1\r\nX: " + b"x" * 100_000, 431),
        (b"\x16\x03\x01\r\n\r\n", 400),
    ],
)
async def test_refusals(data: bytes, status: int) -> None:
    async with proxied(private(listed=["a.example", "b.example"])) as proxy:
        assert (await proxy.ask(data)).startswith(b"HTTP/1.1 %d " % status)
    assert proxy.tally.connections == {status: 1}


async def test_a_slow_head() -> None:
    async with proxied(private(), times=EgressTimes(head_s=0.02)) as proxy:
        assert (await proxy.ask(b"GET http://a.exa")).startswith(b"HTTP/1.1 408 ")


async def test_a_host_that_is_silent() -> None:
    async with origin() as host:
        names = ScriptedNames({"a.example": [["127.0.0.1"]]})
        policy = private(f"a.example:{host.port}")
        async with proxied(policy, names, EgressTimes(idle_s=0.05)) as proxy:
            lines = (
                f"POST http://a.example:{host.port}/ HTTP/1.1\r\nHost: a.example:{host.port}\r\nContent-Length: 5\r\n"
            )
            assert await proxy.ask(lines.encode() + b"\r\n1234") == b""
