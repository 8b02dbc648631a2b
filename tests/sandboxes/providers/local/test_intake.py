"""Making files of a stream, all or none; archives and streams of files have tests of their own."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import SandboxQuotaExceeded
from aura_gql.sandboxes.providers.local.intake import take_in
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.local.staging import Staging
from tests.support.tars import in_pieces


class Lines:
    """Each piece becomes a file of that name. `!` is none, and leaves no way to let go."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._is_full = False

    def feed(self, data: bytes) -> None:
        if data == b"!":
            self._is_full = True
            raise SandboxQuotaExceeded("full")
        self._staging.write(data.decode(), data, executable=False)

    def finish(self) -> None:
        """Nothing can be missing."""

    def close(self) -> None:
        if self._is_full:
            raise SandboxQuotaExceeded("full")


async def test_makes_all(tmp_path: Path) -> None:
    staging = ProjectFolder(tmp_path, None).staging()
    await take_in(staging, Lines(staging), in_pieces(b"abc", 1))
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "c"]


async def test_leaves_nothing_where_it_fails(tmp_path: Path) -> None:
    staging = ProjectFolder(tmp_path, None).staging()
    with pytest.raises(SandboxQuotaExceeded):
        await take_in(staging, Lines(staging), in_pieces(b"ab!", 1))
    assert os.listdir(tmp_path) == []


async def test_leaves_nothing_where_it_is_cancelled(tmp_path: Path) -> None:
    staging, waiting = ProjectFolder(tmp_path, None).staging(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"a"
        waiting.set()
        await asyncio.Event().wait()

    taking = asyncio.create_task(take_in(staging, Lines(staging), endless()))
    await waiting.wait()
    assert [name[:12] for name in os.listdir(tmp_path)] == [".aura-stage-"]
    taking.cancel()
    await asyncio.wait({taking})
    assert os.listdir(tmp_path) == []
