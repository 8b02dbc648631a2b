"""Starts that fail say why and leave nothing."""

from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.errors import SandboxNotRunning
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench
from tests.support.waiting import until


def machines(bench: SandboxBench) -> list[str]:
    """The folders of machines on the disk."""
    folder = bench.folder / "sandboxes"
    return [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")] if folder.is_dir() else []


async def test_a_start_that_takes_too_long_is_an_error(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path, SandboxLimits(start_timeout_s=0.0)) as bench:
        record = await bench.sandboxes.create(OWNER, await bench.project())
        ended = await bench.reached(record.id, SandboxStatus.ERROR)
        assert ended.status_reason == "The sandbox did not start within 0 seconds."
        await until(lambda: not machines(bench))


async def test_a_project_whose_bytes_are_gone_is_an_error_that_tells_no_secret(bench: SandboxBench) -> None:
    project_id = await bench.project({"a.txt": b"bytes"})
    await bench.database["project_files"].update_many({}, {"$set": {"sha256": "0" * 64}})
    record = await bench.sandboxes.create(OWNER, project_id)
    ended = await bench.reached(record.id, SandboxStatus.ERROR)
    assert ended.status_reason
    assert "internal" not in ended.status_reason
    assert str(bench.folder) not in ended.status_reason
    await until(lambda: not machines(bench))


async def test_a_host_that_can_not_isolate_says_so(database: Database, tmp_path: Path) -> None:
    provider = LocalProvider(tmp_path / "sandboxes", modes=[])
    async with sandbox_bench(database, tmp_path, provider=provider) as bench:
        record = await bench.sandboxes.create(OWNER, await bench.project())
        ended = await bench.reached(record.id, SandboxStatus.ERROR)
        assert ended.status_reason
        assert "isolat" in ended.status_reason
        with pytest.raises(SandboxNotRunning, match="isolat"):
            await bench.sandboxes.start_for_project(OWNER, await bench.project(), SandboxProviderName.LOCAL)
