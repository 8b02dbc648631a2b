"""Daytona on loopback, and our adapter over the real SDK."""

from collections.abc import AsyncIterator

import pytest_asyncio

from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.providers.remote.sandbox import assemble
from tests.support.vendors.daytona.world import DaytonaWorld, daytona_world
from tests.support.vendors.remote import QUICK


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_world() -> AsyncIterator[DaytonaWorld]:
    async with daytona_world() as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(module_world: DaytonaWorld) -> AsyncIterator[DaytonaWorld]:
    """One for all tests of a module; what goes wrong in it ends with the test, and so do its machines."""
    yield module_world
    module_world.reset()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(module_world: DaytonaWorld) -> AsyncIterator[RemoteProvider]:
    """A provider over it, shared likewise: its tests stop what they start."""
    provider = RemoteProvider(module_world.vendor, "tests", assemble, limits=QUICK)
    yield provider
    await provider.close()
