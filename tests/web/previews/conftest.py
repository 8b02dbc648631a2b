"""One server with one sandbox for all tests of a module."""

from collections.abc import AsyncIterator

import pytest_asyncio

from aura_gql.previews.records import PreviewLimits
from aura_gql.web.previews.bounds import ProxyBounds
from tests.support.previews import PreviewBench, scratch_preview_bench


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(mongodb_uri: str) -> AsyncIterator[PreviewBench]:
    """A server as far as its previews."""
    bounds = ProxyBounds(max_connections_per_address=30, head_s=60)
    limits = PreviewLimits(max_per_sandbox=1000, min_s=1, max_connections=10)
    async with scratch_preview_bench(mongodb_uri, bounds, limits) as bench:
        yield bench
