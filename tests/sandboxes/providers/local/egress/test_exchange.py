"""Plain requests through a proxy to hosts on the loopback, and those that would like to be two."""

import contextlib
from collections.abc import AsyncIterator

from tests.support.egress import OK, Origin, Proxied, ScriptedNames, origin, private, proxied
from tests.support.waiting import until

NAMES = {"a.example": [["127.0.0.1"]]}


@contextlib.asynccontextmanager
async def reached(answer: bytes = OK, max_bytes: int = 1 << 20) -> AsyncIterator[tuple[Origin, Proxied]]:
    """A host and a proxy that leads to it."""
    async with origin(answer) as host:
        policy = private(f"a.example:{host.port}", max_bytes=max_bytes)
        async with proxied(policy, ScriptedNames(NAMES)) as proxy:
            yield host, proxy


async def post(proxy: Proxied, port: int, body: bytes, *headers: str) -> bytes:
    lines = [f"POST http://a.example:{port}/x HTTP/1.1", f"Host: a.example:{port}", *headers, "", ""]
    return await proxy.ask("\r\n".join(lines).encode() + body)


async def test_sends_on_and_brings_back() -> None:
    async with reached() as (host, proxy):
        answer = await post(proxy, host.port, b"body", "Content-Length: 4", "Proxy-Authorization: Basic c2VjcmV0")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"\r\nConnection: close\r\n\r\nhello")
        assert host.heads[0].startswith(b"POST /x HTTP/1.1\r\n")
        assert b"c2VjcmV0" not in host.heads[0]
        assert host.bodies[0] == b"body"
        assert proxy.proxy.usage.sent == len(host.heads[0]) + 4
        assert proxy.proxy.usage.received == len(answer)


async def test_what_follows_a_request_is_no_second_one() -> None:
    second = b"GET http://a.example/secret HTTP/1.1\r\nHost: a.example\r\n\r\n"
    async with reached() as (host, proxy):
        answer = await post(proxy, host.port, b"body" + second, "Content-Length: 4")
        assert answer.count(b"HTTP/1.1") == 1
        await until(lambda: len(host.bodies) == 2)
        assert host.bodies == [b"body", b""]
        assert len(host.heads) == 1


async def test_two_lengths_or_a_chunked_body_reach_nobody() -> None:
    async with reached() as (host, proxy):
        chunked = await post(proxy, host.port, b"0\r\n\r\n", "Content-Length: 4", "Transfer-Encoding: chunked")
        doubled = await post(proxy, host.port, b"body", "Content-Length: 4", "Content-Length: 40")
        assert chunked.startswith(b"HTTP/1.1 411 ")
        assert doubled.startswith(b"HTTP/1.1 400 ")
        assert host.heads == []


async def test_signs_of_life_are_kept_back_and_nonsense_is_refused() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    async with reached(early + b"HTTP/1.1 204 No Content\r\n\r\n") as (host, proxy):
        answer = await proxy.get(f"http://a.example:{host.port}/", f"a.example:{host.port}")
        assert answer == b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    for nonsense in (b"SSH-2.0-x\r\n\r\n", b"", b"HTTP/1.1 101 Switching\r\n\r\n", early * 9, b"x" * 70_000):
        async with reached(nonsense) as (host, proxy):
            answer = await proxy.get(f"http://a.example:{host.port}/", f"a.example:{host.port}")
            assert answer.startswith(b"HTTP/1.1 502 ")


async def test_a_redirect_is_the_clients_to_follow_and_leads_no_further_than_it_may() -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"
    async with reached(away) as (host, proxy):
        first = await proxy.get(f"http://a.example:{host.port}/", f"a.example:{host.port}")
        assert b"Location: http://169.254.169.254/latest" in first
        then = await proxy.get("http://169.254.169.254/latest", "169.254.169.254")
        assert then.startswith(b"HTTP/1.1 403 ")
        assert b"169.254.169.254 on port 80: only SANDBOX_EGRESS_HOSTS" in then


async def test_a_body_beyond_the_bound_is_cut_off_and_says_why() -> None:
    async with reached(max_bytes=1000) as (host, proxy):
        answer = await post(proxy, host.port, b"x" * 400_000, "Content-Length: 400000")
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"SANDBOX_EGRESS_MAX_BYTES" in answer
        again = await proxy.get("http://b.example/", "b.example")  # Nobody is even looked for any more.
        assert b"SANDBOX_EGRESS_MAX_BYTES" in again
        assert len(host.heads) == 1
