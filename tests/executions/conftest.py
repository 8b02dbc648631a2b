"""Fixtures of the executions room."""

import pytest

from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.infra.mongo import Database
from tests.support.mongo import init_documents


@pytest.fixture
async def collections(database: Database) -> None:
    """The collections of executions, empty."""
    await init_documents(database, [CodeExecution, ExecutionOutput])
