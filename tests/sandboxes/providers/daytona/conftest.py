"""Daytona on loopback, and our adapter over the real SDK."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.vendors.daytona.world import DaytonaWorld, daytona_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_world() -> AsyncIterator[DaytonaWorld]:
    async with daytona_world() as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(module_world: DaytonaWorld) -> AsyncIterator[DaytonaWorld]:
    """One for all tests of a module; what goes wrong in it ends with the test, and so do its machines."""
    yield module_world
    module_world.reset()
