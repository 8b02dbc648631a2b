"""The contract suites against the vendor that `scripts/smoke` names. No run of all tests collects this file."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.settings import Mode, load_settings
from tests.sandboxes.file_contract import FileContract
from tests.sandboxes.life_contract import LifeContract
from tests.sandboxes.port_contract import PortContract
from tests.sandboxes.provider_contract import ProcessContract, SandboxContract
from tests.sandboxes.terminal_contract import SignalContract, TerminalContract
from tests.sandboxes.watch_contract import WatchContract
from tests.smoke.account import SmokeProvider

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[SmokeProvider]:
    name, label, most = os.environ["AURA_SMOKE"].split(":")
    provider = SmokeProvider(load_settings(Mode.DEVELOPMENT, None), SandboxProviderName(name), label, int(most))
    yield provider
    await provider.close()


class TestProcesses(ProcessContract):
    much = 10_000_000


class TestPorts(PortContract):
    large = 10_000_000


class TestSandboxes(SandboxContract):
    pass


class TestFiles(FileContract):
    pass


class TestLife(LifeContract):
    pass


class TestSignals(SignalContract):
    pass


class TestTerminals(TerminalContract):
    pass


class TestWatching(WatchContract):
    pass
