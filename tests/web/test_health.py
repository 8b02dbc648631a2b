"""The health check, with the database there and gone."""

import asyncio

from pymongo.errors import ServerSelectionTimeoutError
from starlette.applications import Starlette
from starlette.routing import Route

from aura_gql.infra.mongo import Database
from aura_gql.web.health import HealthCheck
from tests.support.graph import client_of


async def test_ok_while_the_database_answers(database: Database) -> None:
    check = HealthCheck(lambda: database.command("ping"), "1.2.3")
    async with client_of(Starlette(routes=[Route("/healthz", check.__call__)])) as client:
        response = await client.get("/healthz")
    assert response.status_code == 200
    assert {**response.json(), "uptime_s": 0} == {"status": "ok", "database": "ok", "version": "1.2.3", "uptime_s": 0}


async def test_unavailable_when_it_is_gone() -> None:
    async def ping() -> None:
        raise ServerSelectionTimeoutError("no servers found")

    async with client_of(Starlette(routes=[Route("/healthz", HealthCheck(ping, "1.2.3").__call__)])) as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (503, "unavailable")


async def test_unavailable_when_it_hangs() -> None:
    check = HealthCheck(asyncio.Event().wait, "1.2.3", timeout_s=0.05)
    async with client_of(Starlette(routes=[Route("/healthz", check.__call__)])) as client:
        assert (await client.get("/healthz")).status_code == 503
