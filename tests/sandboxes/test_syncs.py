"""Whose syncs there are, and how much they take."""

import pytest
from bson import ObjectId

from aura_gql.files.errors import InvalidPath
from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.syncing.values import SyncDirection, SyncSide
from aura_gql.sandboxes.syncs import MAX_PATHS
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.syncing import contents, ran


async def test_syncs_are_the_owners_of_what_runs_and_bounded(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project({"a": b"1", "in/b": b"1", "inner": b"1"}))
    await ran(bench, record.id, "for f in a in/b inner; do printf code > $f; done")
    sync, way = bench.sandboxes.syncs.sync, SyncDirection.TO_PROJECT
    for viewer, sandbox_id in ((OWNER, ObjectId()), ("other", record.id)):
        with pytest.raises(SandboxNotFound):
            await sync(viewer, sandbox_id, way)
    with pytest.raises(InvalidInput, match="at most 500"):
        await sync(OWNER, record.id, way, ["a"] * (MAX_PATHS + 1))
    with pytest.raises(InvalidPath):
        await sync(OWNER, record.id, way, ["../a"])
    with pytest.raises(InvalidPath):
        await sync(OWNER, record.id, way, None, {"/a": SyncSide.PROJECT})
    with pytest.raises(InvalidInput, match="twice"):
        await sync(OWNER, record.id, way, None, {"\u00e9": SyncSide.PROJECT, "e\u0301": SyncSide.SANDBOX})

    found, report = await sync(OWNER, record.id, way, ["in"])
    assert (found.id, report.changed) == (record.id, ["in/b"])
    assert await contents(bench, record.project_id) == {"a": b"1", "in/b": b"code", "inner": b"1"}
    await bench.sandboxes.stop(OWNER, record.id)
    with pytest.raises(SandboxNotRunning):
        await sync(OWNER, record.id, way)
