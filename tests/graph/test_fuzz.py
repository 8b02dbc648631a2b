"""Whatever a client sends, it gets an answer that is its own fault.

`AURA_TEST_FUZZ_SEED` chooses other requests than those of every run; what fails names its seed and number.
"""

import asyncio
import json
import logging
import os
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import pytest
import pytest_asyncio
import uvicorn
from pymongo import AsyncMongoClient
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from aura_gql.app import create_app
from aura_gql.auth.service import AuthService
from aura_gql.commands.http_bounds import HttpBounds
from aura_gql.commands.http_protocol import bounded_http
from aura_gql.commands.socket_protocol import patient_sockets
from aura_gql.graph.schema import create_schema
from aura_gql.infra.mongo import MongoDocument
from aura_gql.kernel.close_codes import CloseCode
from aura_gql.server import Surroundings
from tests.support.api import SECRET, Member, settings_for
from tests.support.examples import examples
from tests.support.hostile import Hostile, Mint, broken
from tests.support.hostile_answers import Answer, asked, asked_raw, complaint
from tests.support.journeys import ready_project, template_id
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEED = os.environ.get("AURA_TEST_FUZZ_SEED", "20260")
IN_PROCESS = 900
OVER_SOCKETS = 400
MESSAGES = 120
AT_ONCE = 25
DEADLINE_S = 60
NO_KEEPING = httpx.Limits(max_keepalive_connections=0)
"""A server that hurries would hang up just as its client comes with another request."""
BOUNDS = HttpBounds(head_timeout_s=1, body_timeout_s=1)


@dataclass(frozen=True, slots=True)
class Target:
    """The whole server, one of its users, and what it is asked."""

    app: ASGIApp
    port: int
    bearer: str
    mint: Mint

    def request(self, number: int) -> Hostile:
        """A request of the user, unless it says itself who is asking."""
        request = self.mint.request(number)
        if any(name in (b"authorization", b"cookie", b"origin") for name, _ in request.headers):
            return request
        return replace(request, headers=(*request.headers, (b"authorization", b"Bearer " + self.bearer.encode())))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    """A running server with a user who has a project."""
    name = f"test_{secrets.token_hex(8)}"
    bounds: dict[str, dict[str, object]] = {
        "files": {"max_projects_per_user": 4},
        "sandboxes": {"max_sandboxes_per_user": 1},
    }
    settings = settings_for(tmp_path_factory.mktemp("fuzz"), name, **bounds)
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        auth = AuthService(client[name], SECRET)
        session = await auth.sign_in("mallory@example.com", "Mallory")
        app = create_app(settings, Surroundings(mongodb_uri, SECRET, is_exclusive=True))
        async with app.router.lifespan_context(app), serving(app) as port:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=NO_KEEPING) as http:
                member = Member(http, f"127.0.0.1:{port}", session.bearer)
                ids = [await ready_project(member), await template_id(member), "", "UHJvamVjdDox", "x", "\x00"]
            schema = create_schema()._schema
            yield Target(app, port, session.bearer, Mint(SEED, schema, examples(), ids))
        await client.drop_database(name)


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """A real server around `app`, with the bounds of ours, but shorter; gives its port."""
    config = uvicorn.Config(
        app,
        port=0,
        http=bounded_http(BOUNDS),
        ws=patient_sockets(60, 8 * 1024 * 1024),
        ws_per_message_deflate=False,
        log_config=None,
        lifespan="off",
        timeout_keep_alive=1,
        timeout_graceful_shutdown=1,
    )
    listener = config.bind_socket()
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task
        listener.close()


async def every(numbers: range, ask: Callable[[int], Awaitable[tuple[Answer, str | None]]]) -> Counter[int]:
    """The statuses of all answers; AssertionError at the first that is wrong, or does not come in time."""
    statuses: Counter[int] = Counter()
    pending = iter(numbers)

    async def work() -> None:
        for number in pending:
            try:
                async with asyncio.timeout(DEADLINE_S):
                    answer, wrong = await ask(number)
            except Exception as error:
                raise AssertionError(f"Seed {SEED}, number {number}: {error!r}") from error
            assert wrong is None, f"Seed {SEED}, number {number}: {wrong} {answer}"
            statuses[answer.status] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return statuses


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server logged as a fault."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


async def test_no_request_is_our_fault(target: Target, caplog: pytest.LogCaptureFixture) -> None:
    async def ask(number: int) -> tuple[Answer, str | None]:
        request = target.request(number)
        answer = await asked(target.app, request)
        return answer, complaint(answer, is_head=request.method == "HEAD")

    statuses = await every(range(IN_PROCESS), ask)
    assert {200, 400, 401, 404, 405, 406, 415} <= set(statuses), statuses
    assert errors_in(caplog) == []


async def test_no_bytes_are_our_fault(target: Target, caplog: pytest.LogCaptureFixture) -> None:
    async def ask(number: int) -> tuple[Answer, str | None]:
        source = random.Random(f"{SEED}:{number}:raw")
        raw = target.request(number).raw()
        if source.random() < 0.4:
            head, _, body = raw.partition(b"\r\n\r\n")
            raw = broken(source, head) + b"\r\n\r\n" + body
        if source.random() < 0.05:
            raw = raw[: source.randrange(1, len(raw))]
        answer = await asked_raw(target.port, raw)
        if answer.status == 0:  # Once may be a machine so slow that nothing seemed to come in a second.
            answer = await asked_raw(target.port, raw)
        is_head, is_handshake = raw.lstrip().startswith(b"HEAD"), b"websocket" in raw
        return answer, complaint(answer, is_head=is_head, is_handshake=is_handshake)

    statuses = await every(range(IN_PROCESS, IN_PROCESS + OVER_SOCKETS), ask)
    assert {200, 400, 408} <= set(statuses), statuses
    assert errors_in(caplog) == []


PROTOCOLS = [Subprotocol("graphql-transport-ws")]


async def test_no_message_is_our_fault(target: Target, caplog: pytest.LogCaptureFixture) -> None:
    numbers, closings = list(range(MESSAGES)), Counter[int]()

    async def talk(socket: ClientConnection) -> None:
        """Send messages until the socket closes, each followed by a ping that must come back."""
        payload = {"authorization": f"Bearer {target.bearer}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        while numbers:
            number = numbers.pop()
            try:
                await socket.send(target.mint.message(number))
                await socket.send(json.dumps({"type": "ping", "payload": {"n": number}}))
                async with asyncio.timeout(DEADLINE_S):
                    while (message := json.loads(await socket.recv())) != {"type": "pong", "payload": {"n": number}}:
                        assert "INTERNAL" not in json.dumps(message), f"Seed {SEED}, message {number}: {message}"
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                assert code in CloseCode.__members__.values(), f"Seed {SEED}, message {number}: closed with {code}"
                closings[code] += 1
                return

    while numbers:
        async with connect(f"ws://127.0.0.1:{target.port}/graphql", subprotocols=PROTOCOLS, max_size=None) as socket:
            await talk(socket)
    assert {4400, 4429} <= set(closings), closings
    assert errors_in(caplog) == []
