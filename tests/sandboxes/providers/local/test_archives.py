"""Archives in and out of a project folder; what comes of them in a sandbox is in the contract."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import ArchiveRefused, FileNotInSandbox
from aura_gql.sandboxes.machine_files.tar_reader import ArchiveLimits
from aura_gql.sandboxes.providers.local.archives import export_archive, import_archive
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from tests.support.tars import in_pieces, member, tar_of

LIMITS = ArchiveLimits()


async def test_a_refusal_or_a_broken_stream_leaves_nothing(tmp_path: Path) -> None:
    files = ProjectFolder(tmp_path, None)
    (tmp_path / "a").write_bytes(b"old")
    good = tar_of((member("a"), b"new"), (member("deep/b"), b"x" * 100_000))

    async def broken() -> AsyncIterator[bytes]:
        yield good[:60_000]
        raise ConnectionResetError

    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ConnectionResetError):
        await import_archive(files, broken(), ".", LIMITS)
    with pytest.raises(ArchiveRefused):
        await import_archive(files, in_pieces(good[:-1024] + b"\1" * 512), ".", LIMITS)
    cancelled = asyncio.create_task(import_archive(files, broken(), ".", LIMITS))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait({cancelled})
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(os.listdir("/proc/self/fd")) == before
    await import_archive(files, in_pieces(good), ".", LIMITS)
    assert (tmp_path / "a").read_bytes() == b"new"


async def test_an_export_that_is_left_half_way_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/large").write_bytes(bytes(2_000_000))
    before = len(os.listdir("/proc/self/fd"))
    exporting = export_archive(ProjectFolder(tmp_path, None), ".")
    assert await anext(exporting)
    await exporting.aclose()  # type: ignore[attr-defined]
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(FileNotInSandbox):
        await anext(export_archive(ProjectFolder(tmp_path, None), "missing"))
