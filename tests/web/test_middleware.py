"""What every request passes through."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from aura_gql.web.middleware import FREE_BYTES, LONGEST_AT_ONCE_PER_ADDRESS, BodyLimit, RequestId, SecurityHeaders
from aura_gql.web.refusals import REQUEST_ID
from tests.support.graph import client_of, serving
from tests.support.waiting import until


async def echo(request: Request) -> Response:
    body = await request.body()
    return PlainTextResponse(f"{request.scope[REQUEST_ID]} {len(body)}", headers={"x-frame-options": "SAMEORIGIN"})


APP = Starlette(
    routes=[Route("/", echo, methods=["POST"])],
    middleware=[
        Middleware(RequestId),
        Middleware(SecurityHeaders),
        Middleware(BodyLimit, max_body_bytes=10, max_form_bytes=20),
    ],
)


@pytest.mark.parametrize(
    ("given", "is_kept"), [("proxy-id-1234", True), ("short", False), ("a" * 65, False), ("a b c d e f", False)]
)
async def test_requests_have_ids(given: str, is_kept: bool) -> None:
    async with client_of(APP) as client:
        response = await client.post("/", headers={"x-request-id": given})
    id = response.headers["x-request-id"]
    assert (id == given) is is_kept
    assert response.text == f"{id} 0"


async def test_browsers_are_told_to_be_strict() -> None:
    async with client_of(APP) as client:
        headers = (await client.post("/")).headers
        missing = await client.get("/nothing")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert missing.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("proxy", "proto", "wanted"),
    [("127.0.0.1", "https", "max-age=600"), ("127.0.0.1", "http", None), ("10.9.9.9", "https", None)],
)
async def test_who_came_by_https_is_to_stay_there(proxy: str, proto: str, wanted: str | None) -> None:
    strict: Any = SecurityHeaders(APP, hsts_max_age_s=600)
    behind_proxies: Any = ProxyHeadersMiddleware(strict, trusted_hosts=[proxy])
    async with client_of(behind_proxies) as client:
        response = await client.post("/", headers={"x-forwarded-proto": proto})
    assert response.headers.get("strict-transport-security") == wanted


async def test_https_is_left_alone_where_that_is_wished() -> None:
    transport = httpx.ASGITransport(SecurityHeaders(APP, hsts_max_age_s=0))
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
        assert "strict-transport-security" not in (await client.post("/")).headers


async def test_long_bodies_share_their_room() -> None:
    limit = 2 * FREE_BYTES
    inner = Starlette(routes=[Route("/", echo, methods=["POST"])])
    bounded = BodyLimit(RequestId(inner), max_body_bytes=limit)
    finish, arrived = asyncio.Event(), 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal arrived
        yield b"x" * (limit - 1)
        arrived += 1
        await finish.wait()
        yield b"x"

    json = {"content-type": "application/json"}
    async with serving(bounded) as server, httpx.AsyncClient(base_url=f"http://{server}", timeout=30) as client:
        # Of each body only what is beyond its free part counts.
        most = LONGEST_AT_ONCE_PER_ADDRESS * limit // (limit - 1 - FREE_BYTES)
        slow = [asyncio.create_task(client.post("/", content=body(), headers=json)) for _ in range(most)]
        await until(lambda: arrived == most and bounded.room.held == most * (limit - 1 - FREE_BYTES))
        refused = await client.post("/", content=b"x" * limit, headers=json)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert refused.json()["errors"][0]["extensions"]["code"] == "OVERLOADED"
        assert (await client.post("/", content=b"x" * FREE_BYTES, headers=json)).status_code == 200
        finish.set()
        statuses = {(await answer).status_code for answer in slow}
        assert 200 in statuses
        assert statuses <= {200, 503}
        await until(lambda: bounded.room.held == 0)
        assert (await client.post("/", content=b"x" * limit, headers=json)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "length", "status"),
    [
        ("application/json", 10, 200),
        ("application/json", 11, 413),
        ("multipart/form-database", 11, 413),
        ("Multipart/Form-Data; boundary=x", 20, 200),
        ("multipart/form-data", 21, 413),
    ],
)
async def test_bodies_are_bounded(kind: str, length: int, status: int) -> None:
    async with client_of(APP) as client:
        response = await client.post("/", content=b"x" * length, headers={"content-type": kind})
    assert response.status_code == status
    if status == 413:
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "BAD_REQUEST", "requestId": response.headers["x-request-id"]}
