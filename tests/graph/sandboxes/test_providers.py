"""Providers on the wire: what each can do and by whom, and whether it is asked."""

from dataclasses import replace
from datetime import UTC, datetime

from aura_gql.graph.sandboxes.providers import SandboxProvider
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import ProviderRecord
from aura_gql.sandboxes.values import Capabilities, Capability, Circuit, CircuitState

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
CAN = Capabilities(stdin=True, signals=True, network=True, watch=True, emulated=(Capability.SIGNALS, Capability.WATCH))
RECORD = ProviderRecord(SandboxProviderName.E2B, True, "It answers.", CAN, Circuit())


def test_what_the_agent_brings_is_named() -> None:
    shown = SandboxProvider.from_record(RECORD).capabilities

    assert shown is not None
    assert (shown.watch, shown.terminal, shown.pause) == (True, False, False)
    assert shown.emulated == [Capability.SIGNALS, Capability.WATCH]


def test_a_breaker_tells_until_when_and_why() -> None:
    record = replace(RECORD, circuit=Circuit(CircuitState.OPEN, AT, "It did not answer in time."))
    shown = SandboxProvider.from_record(record).circuit

    assert shown is not None
    assert (shown.state, shown.until, shown.reason) == (CircuitState.OPEN, AT, "It did not answer in time.")
    assert SandboxProvider.from_record(replace(RECORD, circuit=None)).circuit is None
