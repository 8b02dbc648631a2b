"""What a scrape of a real server shows, and what it leaves out while the database is away."""

import os
import signal
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pymongo import AsyncMongoClient

from aura_gql.infra.documents import JobDocument
from aura_gql.infra.mongo import Database, MongoDocument
from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.settings_groups import DatabaseSettings
from aura_gql.web import metrics_readings
from tests.support.api import Api, running_api
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.mongo import scratch_folder
from tests.support.operations import RUN
from tests.support.terminal_journeys import opened
from tests.support.waiting import until

TIMEOUTS: dict[str, object] = {"mongodb_server_selection_timeout_ms": 500, "mongodb_socket_timeout_ms": 1_500}

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_readings, "FRESH_S", 0.0)
    monkeypatch.setattr(metrics_readings, "STORAGE_FRESH_S", 0.0)


async def scrape(api: Api) -> Samples:
    transport = httpx.ASGITransport(api.machines)
    async with httpx.AsyncClient(transport=transport, base_url="http://machines") as client:
        response = await client.get("/metrics")
    assert response.status_code == 200
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


async def test_the_main_job_leaves_its_figures(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    async with running_api(mongodb_uri, tmp_path, database, sandboxes={"sandbox_warm_pool": 1}) as api:
        ada = await api.sign_in("ada")
        project = await ready_project(ada)

        async def one_waits() -> bool:
            return (await scrape(api))["aura_sandbox_pool_total", ("made",)] == 1

        await until(one_waits)
        sandbox = await running_sandbox(ada, project)
        payload = (await ada.execute(RUN, input={"sandboxId": sandbox, "command": "echo one; exit 3"}))["runCommand"]
        await finished(ada, payload["execution"]["id"])
        await opened(ada, sandbox, "sleep", "600")
        await JobDocument.enqueue("someday", "a")

        async def nothing_runs() -> bool:
            return (await scrape(api))["aura_executions_open", ()] == 0

        await until(nothing_runs)
        shown = await scrape(api)
        for name, index in (("jobs", "state_kind"), ("project_storage", "total_bytes_-1")):
            stats = await database[name].aggregate([{"$indexStats": {}}])
            assert {found["name"]: found["accesses"]["ops"] async for found in stats}[index] > 0

    assert shown["aura_database_up", ()] == 1
    assert shown["aura_sandboxes", ("LOCAL", "RUNNING")] == 1
    assert shown["aura_sandbox_changes_total", ("LOCAL", "RUNNING")] == 1
    assert shown["aura_sandbox_pool_total", ("taken",)] == 1
    assert shown["aura_executions_total", ("RUNTIME", "FAILED")] == 1  # Labels come in the order of their names.
    assert shown["aura_executions_open", ()] == 0
    assert shown["aura_terminals_open", ()] == 1
    assert shown["aura_preview_visits", ()] == 0
    assert shown["aura_unexpected_errors_total", ("graph",)] == 0
    assert shown["aura_sandbox_failures_total", ("start", "TIMEOUT", "LOCAL")] == 0
    assert shown["aura_sandbox_failures_total", ("save", "TIMEOUT", "LOCAL")] == 0
    assert shown["aura_output_bytes_total", ()] == 4
    assert shown["aura_output_chunks_total", ()] >= 1
    assert shown["aura_jobs", ("someday", "QUEUED")] == 1
    assert shown["aura_projects_stored", ()] == 1
    assert shown["aura_stored_bytes", ()] == shown["aura_largest_project_bytes", ()] > 0
    assert shown["aura_projects_nearly_full", ()] == 0
    assert 0 < shown["aura_data_disk_bytes", ("free",)] < shown["aura_data_disk_bytes", ("total",)]
    assert shown["aura_connections_limit", ("sockets",)] > shown["aura_connections", ("sockets",)]
    assert shown["aura_operations_total", ("createSandbox", "OK", "mutation")] == 1
    assert shown["aura_subscription_events_total", ("executionOutput",)] >= 2


async def test_while_the_database_is_away_its_gauges_are_absent() -> None:
    with scratch_folder() as folder:
        mongod = EmbeddedMongod(folder / "mongodb", executable=DatabaseSettings().aura_mongod)
        uri = f"{await mongod.start()}&serverMonitoringMode=poll"
        try:
            async with (
                AsyncMongoClient[MongoDocument](uri, tz_aware=True) as client,
                running_api(uri, folder / "data", client["scraped"], database=TIMEOUTS) as api,
            ):
                assert ("aura_stored_bytes", ()) in await scrape(api)
                assert mongod.pid
                os.kill(mongod.pid, signal.SIGSTOP)
                try:
                    shown = await scrape(api)
                finally:
                    os.kill(mongod.pid, signal.SIGCONT)

                async def is_back() -> bool:
                    return (await scrape(api))["aura_database_up", ()] == 1

                await until(is_back)
        finally:
            await mongod.stop()
    assert shown["aura_database_up", ()] == 0
    assert ("aura_stored_bytes", ()) not in shown
    assert ("aura_executions_open", ()) in shown
