"""Sandboxes on Daytona's machines keep the contract: our agent over the real SDK and its terminals."""

import pytest

from tests.sandboxes.file_contract import FileContract
from tests.sandboxes.life_contract import LifeContract
from tests.sandboxes.port_contract import PortContract
from tests.sandboxes.provider_contract import ProcessContract, SandboxContract
from tests.sandboxes.terminal_contract import SignalContract, TerminalContract
from tests.sandboxes.watch_contract import WatchContract

pytestmark = pytest.mark.asyncio(loop_scope="module")

# More than may be kept anywhere on the way; a terminal's throughput is not what is proved.
MUCH = 8_000_000


class TestProcesses(ProcessContract):
    much = MUCH


class TestPorts(PortContract):
    large = MUCH


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
