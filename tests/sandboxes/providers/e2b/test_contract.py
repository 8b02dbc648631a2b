"""Sandboxes at E2B keep the contract: over its own SDK, with our agent in each machine."""

import pytest

from tests.sandboxes.file_contract import FileContract
from tests.sandboxes.life_contract import LifeContract
from tests.sandboxes.one_machine import OneMachine
from tests.sandboxes.port_contract import PortContract
from tests.sandboxes.provider_contract import ProcessContract, SandboxContract
from tests.sandboxes.terminal_contract import SignalContract, TerminalContract
from tests.sandboxes.watch_contract import WatchContract

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestProcesses(OneMachine, ProcessContract):
    much = 40_000_000


class TestPorts(OneMachine, PortContract):
    large = 40_000_000


class TestSandboxes(OneMachine, SandboxContract):
    pass


class TestFiles(OneMachine, FileContract):
    pass


class TestLife(OneMachine, LifeContract):
    pass


class TestSignals(OneMachine, SignalContract):
    pass


class TestTerminals(OneMachine, TerminalContract):
    pass


class TestWatching(OneMachine, WatchContract):
    pass
