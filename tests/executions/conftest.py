"""Fixtures of the executions room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.infra.mongo import Database
from tests.support.execution_bench import ExecutionBench, execution_bench
from tests.support.mongo import init_documents


@pytest.fixture
async def collections(database: Database) -> None:
    """The collections of executions, empty."""
    await init_documents(database, [CodeExecution, ExecutionOutput])


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> AsyncIterator[ExecutionBench]:
    """A server as far as its executions."""
    async with execution_bench(database, tmp_path) as bench:
        yield bench
