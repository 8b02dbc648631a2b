"""The loopback clouds do wrong exactly what they were told to."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.vendors.faults import WEBSOCKET, Fault, Faults
from tests.support.vendors.serving import VendorServer
from tests.support.waiting import until


class Echo:
    """An application that counts what it did."""

    def __init__(self) -> None:
        self.done = 0
        self.app = Starlette(
            routes=[Route("/work", self._work, methods=["POST"]), WebSocketRoute("/socket", self._socket)]
        )

    async def _work(self, request: Request) -> Response:
        self.done += 1
        return PlainTextResponse(await request.body() * 2)

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        async for data in socket.iter_bytes():
            await socket.send_bytes(data)
        self.done += 1


@pytest.fixture
async def world() -> AsyncIterator[tuple[Echo, Faults, VendorServer, httpx.AsyncClient]]:
    echo, faults = Echo(), Faults()
    async with VendorServer(echo.app, faults) as server, httpx.AsyncClient(base_url=server.url) as http:
        yield echo, faults, server, http


World = tuple[Echo, Faults, VendorServer, httpx.AsyncClient]


async def test_a_fault_is_met_as_often_as_it_was_asked_for(world: World) -> None:
    echo, faults, _, http = world
    faults.add("POST", "/w.*", Fault.json(429, {"message": "slow down"}, retry_after="7"), times=2)
    answers = [await http.post("/work", content=b"x") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert (answers[0].headers["retry-after"], answers[0].json()) == ("7", {"message": "slow down"})
    assert (answers[2].text, echo.done, faults.count("POST", "/work")) == ("xx", 1, 3)


async def test_work_can_be_lost_undone_or_cut(world: World) -> None:
    echo, faults, _, http = world
    for fault, error, done in (
        (Fault(is_reset=True), httpx.ReadError, 0),
        (Fault(is_lost=True), httpx.ReadError, 1),
        (Fault(cut_at=3), httpx.RemoteProtocolError, 2),
        (Fault(200, b"garbage", cut_at=3), httpx.RemoteProtocolError, 2),
    ):
        faults.add("*", "/work", fault)
        with pytest.raises(error):
            await http.post("/work", content=b"abcd")
        assert echo.done == done


async def test_a_request_is_held_before_or_behind_its_work(world: World) -> None:
    echo, faults, _, http = world
    before, behind = asyncio.Event(), asyncio.Event()
    faults.add("POST", "/work", Fault(before=before))
    with pytest.raises(httpx.ReadTimeout):
        await http.post("/work", content=b"x", timeout=httpx.Timeout(30, read=0.2))
    assert echo.done == 0
    before.set()
    await until(lambda: echo.done == 1)
    faults.add("POST", "/work", Fault(behind=behind))
    asking = asyncio.create_task(http.post("/work", content=b"y"))
    await until(lambda: echo.done == 2)
    assert not asking.done()
    behind.set()
    assert (await asking).text == "yy"


async def test_sockets_are_refused_and_cut_in_either_direction(world: World) -> None:
    echo, faults, server, _ = world
    url = server.url.replace("http", "ws") + "/socket"
    faults.add(WEBSOCKET, "/socket", Fault.html(502))
    with pytest.raises(InvalidStatus, match="502"):
        await connect(url)
    for fault in (Fault(cut_at=5), Fault(cut_request_at=5)):
        faults.add(WEBSOCKET, "/socket", fault)
        async with connect(url) as socket:
            await socket.send(b"12345")
            assert await socket.recv() == b"12345"
            await socket.send(b"6")
            with pytest.raises(ConnectionClosed):
                await socket.recv()
    async with connect(url) as socket:
        await socket.send(b"whole")
        assert await socket.recv() == b"whole"
        assert server.cut("/sock.*") == 1
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    await until(lambda: echo.done == 3)
