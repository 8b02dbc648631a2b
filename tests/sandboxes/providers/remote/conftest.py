"""Sandboxes on machines of a vendor without a cloud, shared by a module's tests."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox
from tests.support.vendors.remote import TryoutWorld, tryout_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tryout() -> AsyncIterator[TryoutWorld]:
    """A provider over guests of this host."""
    async with tryout_world() as world:
        yield world


@pytest.fixture(scope="module")
def provider(tryout: TryoutWorld) -> RemoteProvider:
    """The provider, as the contract wants it."""
    return tryout.provider


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box(tryout: TryoutWorld) -> RemoteSandbox:
    """A sandbox whose agent runs."""
    return await tryout.create("box")
