"""The health checks: alive whatever else is gone, ready only while everything works."""

import asyncio

from pymongo.errors import ServerSelectionTimeoutError
from starlette.applications import Starlette
from starlette.routing import Route

from aura_gql.infra.mongo import Database
from aura_gql.web.health import Check, Liveness, Readiness
from tests.support.graph import client_of

VERSION = "1.2.3"


class Part:
    """A part that works or does not, and how often it was tried."""

    def __init__(self) -> None:
        self.works = True
        self.tried = 0

    async def probe(self) -> None:
        self.tried += 1
        if not self.works:
            raise ServerSelectionTimeoutError("no servers found")


async def ask(endpoint: Liveness | Readiness) -> tuple[int, dict[str, object]]:
    async with client_of(Starlette(routes=[Route("/", endpoint.__call__)])) as client:
        response = await client.get("/")
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.json()


async def test_alive_and_the_database_answers(database: Database) -> None:
    status, facts = await ask(Liveness(Check("database", lambda: database.command("ping")), VERSION))
    assert status == 200
    assert {**facts, "uptime_s": 0} == {"status": "ok", "database": "ok", "version": VERSION, "uptime_s": 0}


async def test_alive_though_the_database_is_gone() -> None:
    part = Part()
    part.works = False
    status, facts = await ask(Liveness(Check("database", part.probe), VERSION))
    assert (status, facts["status"], facts["database"]) == (200, "ok", "unavailable")


async def test_ready_only_between_start_and_stop() -> None:
    readiness = Readiness((Check("database", Part().probe),))
    assert await ask(readiness) == (503, {"status": "unavailable", "stage": "starting"})
    readiness.start()
    assert await ask(readiness) == (200, {"status": "ok", "stage": "serving", "database": "ok"})
    readiness.stop()
    assert await ask(readiness) == (503, {"status": "unavailable", "stage": "stopping"})


async def test_the_part_that_fails_is_named() -> None:
    database, blobs = Part(), Part()
    blobs.works = False
    readiness = Readiness((Check("database", database.probe), Check("blobs", blobs.probe)))
    readiness.start()
    expected = {"status": "unavailable", "stage": "serving", "database": "ok", "blobs": "unavailable"}
    assert await ask(readiness) == (503, expected)


async def test_a_part_that_hangs_counts_as_gone() -> None:
    readiness = Readiness((Check("database", asyncio.Event().wait, timeout_s=0.05),))
    readiness.start()
    assert (await ask(readiness))[0] == 503


async def test_many_who_ask_try_a_part_once() -> None:
    part = Part()
    check = Check("database", part.probe, fresh_s=60)
    assert await asyncio.gather(*(check.is_well() for _ in range(100))) == [True] * 100
    assert part.tried == 1


async def test_what_failed_is_tried_again_soon_however_long_good_news_keeps() -> None:
    part = Part()
    part.works = False
    check = Check("blobs", part.probe, fresh_s=60, retry_s=0)
    assert not await check.is_well()
    part.works = True
    assert await check.is_well()
    assert part.tried == 2
