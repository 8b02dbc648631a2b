"""The terminals room on real sandboxes: one provider for each module, a sandbox for each test."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from aura_gql.infra.mongo import MongoDocument
from aura_gql.terminals.records import TerminalLimits
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench
from tests.support.terminals import TerminalBench

LIMITS = TerminalLimits(scrollback_bytes=64 * 1024, max_per_sandbox=3, max_per_user=4)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder that share a provider on the event loop that runs it: pytest hands over all others,
    too.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and "bench" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def below(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SandboxBench]:
    """The rooms below, on a database of their own."""
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        database = client[f"test_{secrets.token_hex(8)}"]
        async with sandbox_bench(database, tmp_path_factory.mktemp("terminals")) as bench:
            yield bench
        await client.drop_database(database.name)


@pytest_asyncio.fixture(loop_scope="module")
async def bench(below: SandboxBench) -> AsyncIterator[TerminalBench]:
    """Terminals with a small scrollback, and a sandbox for them."""
    async with contextlib.AsyncExitStack() as stack:
        bench = await TerminalBench.begin(below, LIMITS, stack)
        yield bench
        for record in await bench.live_sandboxes():
            await below.sandboxes.stop(OWNER, record.id)
