"""Saves reach machines, and wait for none."""

import logging

import pytest
from structlog.testing import capture_logs

from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.sandboxes.refresher import MachineRefresher
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.syncing.syncer import ProjectSyncer
from tests.sandboxes.syncing.test_pulling import live_of
from tests.support.sandboxes import SandboxBench
from tests.support.syncing import apply, on_disk, put
from tests.support.waiting import until


async def test_saves_wait_no_longer_than_that_and_make_one_push(
    bench: SandboxBench, caplog: pytest.LogCaptureFixture
) -> None:
    record = await bench.running(await bench.project({"a": b"1"}))
    live, registry, syncer = await live_of(bench, record), SandboxRegistry("here"), ProjectSyncer(bench.files)
    registry.add(record.id, live)
    hasty, patient = MachineRefresher(registry, syncer, patience_s=0.01), MachineRefresher(registry, syncer)
    async with live.sync_lock:
        for data in (b"2", b"3", b"4"):
            await apply(bench, record.project_id, put("a", data))
            await hasty.refresh(record.project_id)
        assert len(hasty._tasks) == 1
        assert await on_disk(live.machine) == {"a": b"1"}
    await until(lambda: not hasty._tasks)
    assert await on_disk(live.machine) == {"a": b"4"}

    await apply(bench, record.project_id, put("b", b"5"))
    await patient.refresh(record.project_id)
    assert await on_disk(live.machine) == {"a": b"4", "b": b"5"}
    await live.machine.stop()
    await apply(bench, record.project_id, put("c", b"6"))
    with capture_logs() as told, caplog.at_level(logging.ERROR):
        await patient.refresh(record.project_id)
    assert [(line["event"], line["log_level"]) for line in told] == [("sandbox.not_refreshed", "info")]
    assert not caplog.records

    await FileVersionDocument.get_pymongo_collection().update_many({}, {"$unset": {"sha256": ""}})
    with capture_logs() as told, caplog.at_level(logging.ERROR):
        await patient.refresh(record.project_id)
    assert not told
    assert f"refresh sandbox {record.id}" in caplog.text
    assert "KeyError: 'sha256'" in caplog.text
    for refresher in (hasty, patient):
        await refresher.close()
