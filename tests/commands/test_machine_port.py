"""The port for machines: what it shows, that the public port does not, and its life beside the server's."""

import asyncio
import secrets
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pymongo import MongoClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aura_gql.commands.http_server import bind
from aura_gql.commands.machine_port import machine_port
from tests.support.commands import aura_gql, running, starting


@pytest.fixture
def settings(mongodb_uri: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    name = f"test_machines_{secrets.token_hex(4)}"
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    yield {
        "DATABASE_URL": mongodb_uri,
        "MONGODB_DB_NAME": name,
        "BETTER_AUTH_SECRET": secrets.token_hex(16),
        "BLOB_DIRECTORY": str(tmp_path / "blobs"),
        "DATA_DIRECTORY": str(tmp_path / "data"),
        "METRICS_PORT": str(port),
    }
    with MongoClient[dict[str, object]](mongodb_uri) as client:
        client.drop_database(name)


async def test_it_lives_as_long_as_its_context() -> None:
    async def hello(request: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    bound = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
    async with httpx.AsyncClient(timeout=60) as client:
        async with machine_port(Starlette(routes=[Route("/", hello)]), bound):
            assert (await client.get(url)).text == "hello"
        with pytest.raises(httpx.ConnectError):
            await client.get(url)
    assert bound.fileno() == -1


async def test_an_error_inside_ends_it_too() -> None:
    bound = bind("127.0.0.1", 0)
    with pytest.raises(LookupError):
        async with machine_port(Starlette(), bound):
            raise LookupError
    assert bound.fileno() == -1
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "machine port"]


def test_metrics_are_on_their_own_port_alone(tmp_path: Path, settings: dict[str, str]) -> None:
    machines = f"http://127.0.0.1:{settings['METRICS_PORT']}"
    with running("serve", cwd=tmp_path, settings={**settings, "SHUTDOWN_DELAY_MS": "60000"}) as server:
        httpx.post(f"{server.url}/graphql", json={"query": "query Mine { viewer { id } }"}, timeout=60)
        shown = httpx.get(f"{machines}/metrics", timeout=60).text
        assert 'aura_operations_total{operation="viewer",outcome="OK",type="query"} 1.0' in shown
        assert httpx.get(f"{server.url}/metrics", timeout=60).status_code == 404
        assert httpx.get(f"{machines}/graphql", timeout=60).status_code == 404
        assert [httpx.get(f"{url}/readyz", timeout=60).status_code for url in (server.url, machines)] == [200, 200]

        server.process.send_signal(signal.SIGTERM)
        while (draining := httpx.get(f"{server.url}/readyz", timeout=60)).status_code == 200:
            pass
        assert (draining.status_code, draining.json()["stage"]) == (503, "stopping")
        assert httpx.get(f"{machines}/readyz", timeout=60).status_code == 503
        assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == 200
        assert httpx.post(f"{server.url}/graphql", json={"query": "{ __typename }"}, timeout=60).status_code == 200
        assert server.stop(signal.SIGTERM) == 0
    lines = [line for line in server.log if '"event":"operation"' in line]
    assert len(lines) == 2
    assert '"operation":"Mine"' in lines[0]


def test_before_the_server_has_started_it_is_alive_and_not_ready(tmp_path: Path, settings: dict[str, str]) -> None:
    away = {
        **settings,
        "DATABASE_URL": "mongodb://127.0.0.1:1",
        "MONGODB_SERVER_SELECTION_TIMEOUT_MS": "60000",
    }
    machines = f"http://127.0.0.1:{settings['METRICS_PORT']}"
    with starting("serve", cwd=tmp_path, settings=away) as process:
        while (answer := _ask(f"{machines}/readyz")) is None:
            assert process.poll() is None
        assert (answer.status_code, answer.json()["stage"]) == (503, "starting")
        alive = httpx.get(f"{machines}/healthz", timeout=60)
        assert (alive.status_code, alive.json()["database"]) == (200, "unavailable")
        process.terminate()
        process.communicate(timeout=60)


def _ask(url: str) -> httpx.Response | None:
    try:
        return httpx.get(url, timeout=60)
    except httpx.ConnectError:
        return None


def test_a_port_in_use_is_one_line(tmp_path: Path, settings: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = aura_gql("serve", "--port", "0", cwd=tmp_path, settings={**settings, "METRICS_PORT": str(port)})
    assert refused.returncode == 1
    expected = f"can't listen on 127.0.0.1 port {port}: Address already in use; choose another METRICS_PORT."
    assert refused.stderr == f"aura-gql: {expected}\n"
