"""An E2B of the test's own, and its adapter."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.providers.remote.sandbox import assemble
from aura_gql.sandboxes.providers.remote.values import MachineWish
from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.vendors.e2b.state import API_KEY
from tests.support.vendors.remote import SPARING


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the SDK would read there is wrong, so that nothing works that is not given explicitly."""
    wrong = {"E2B_API_KEY": "e2b_wrong", "E2B_API_URL": "http://127.0.0.1:9", "E2B_SANDBOX_URL": "http://127.0.0.1:9"}
    for name, value in {**wrong, "E2B_DEBUG": "true", "E2B_DOMAIN": "example.com"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
async def cloud() -> AsyncIterator[LoopbackE2B]:
    """Running."""
    async with LoopbackE2B() as cloud:
        yield cloud


@pytest.fixture
def client(cloud: LoopbackE2B) -> E2BClient:
    """With the right key."""
    return E2BClient(API_KEY, api_url=cloud.url, sandbox_url=cloud.url)


@pytest.fixture
async def vendor(client: E2BClient) -> AsyncIterator[E2BVendor]:
    """The adapter; its account lets machines run for an hour."""
    vendor = E2BVendor(client)
    yield vendor
    await vendor.close()


@pytest.fixture
def wish() -> MachineWish:
    """Of a machine for a minute that reaches nothing."""
    return MachineWish("sandbox-1", "project-1", "tests", "1", utcnow() + timedelta(minutes=1))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[RemoteProvider]:
    """With our agent in each machine, on an E2B that a module's tests share."""
    async with LoopbackE2B() as cloud:
        cloud.state.max_hours = 24
        client = E2BClient(API_KEY, api_url=cloud.url, sandbox_url=cloud.url)
        provider = RemoteProvider(E2BVendor(client, max_lifetime_s=24 * 3600), "tests", assemble, limits=SPARING)
        yield provider
        await provider.close()
