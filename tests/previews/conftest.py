"""One server with one sandbox for all tests of a module."""

from collections.abc import AsyncIterator

import pytest_asyncio

from aura_gql.previews.records import PreviewLimits
from tests.support.previews import PreviewBench, scratch_preview_bench


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(mongodb_uri: str) -> AsyncIterator[PreviewBench]:
    """A server as far as its previews, with a small limit of previews for a sandbox."""
    async with scratch_preview_bench(mongodb_uri, limits=PreviewLimits(max_per_sandbox=3)) as bench:
        yield bench
