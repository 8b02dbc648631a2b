"""Fixtures of the suites of all providers."""

from collections.abc import AsyncIterator

import pytest_asyncio

from aura_gql.sandboxes.ports import Sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machines() -> AsyncIterator[list[Sandbox]]:
    """The machine that the tests of a module share, once there is one; stopped at the end."""
    machines: list[Sandbox] = []
    yield machines
    for sandbox in machines:
        await sandbox.stop()
