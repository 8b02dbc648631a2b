"""Providers on the wire: what each can do and by whom, and whether it is asked."""

from dataclasses import replace
from datetime import UTC, datetime

from aura_gql.graph.sandboxes.providers import SandboxProvider
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds, SizeOffer
from aura_gql.sandboxes.records import ProviderRecord
from aura_gql.sandboxes.values import Capabilities, Capability, Circuit, CircuitState, SandboxSize
from tests.support.api import Member

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


def test_sizes_have_what_they_come_to_and_what_they_cost() -> None:
    bounds = ProviderBounds(prices={SandboxSize.LARGE: 2778}, sizes={SandboxSize.LARGE: SizeOffer("base-8")})
    small, _, large = SandboxProvider.from_record(replace(RECORD, bounds=bounds)).sizes

    assert (small.size, small.image, small.cpus, small.cents_per_hour) == (SandboxSize.SMALL, None, None, None)
    assert (large.size, large.image, large.cents_per_hour) == (SandboxSize.LARGE, "base-8", 10.0008)


async def test_the_bounds_of_a_provider_are_told_and_how_many_live_on_it(ada: Member) -> None:
    query = """{ sandboxProviders {
        name isDefault limits { maxSessions sessions lifetimeS maxLifetimeS } sizes { size cpus memoryBytes }
    } }"""

    local, e2b, _ = (await ada.execute(query))["sandboxProviders"]

    assert (local["isDefault"], e2b["isDefault"]) == (True, False)
    assert local["limits"]["sessions"] >= 0
    assert (local["limits"]["maxSessions"], local["limits"]["maxLifetimeS"]) == (None, 86_400)
    assert [size["size"] for size in local["sizes"]] == ["SMALL", "MEDIUM", "LARGE"]
    assert local["sizes"][0]["memoryBytes"] == 512 * 1024 * 1024
    assert (e2b["limits"], e2b["sizes"]) == (None, [])
