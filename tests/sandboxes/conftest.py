"""Fixtures of the sandboxes room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from tests.support.sandboxes import SandboxBench, sandbox_bench


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> AsyncIterator[SandboxBench]:
    """A server as far as its sandboxes."""
    async with sandbox_bench(database, tmp_path) as bench:
        yield bench
