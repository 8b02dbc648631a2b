"""What is counted of vendors becomes samples."""

from collections.abc import Mapping

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.tally import VendorTally
from aura_gql.sandboxes.values import Circuit, CircuitState
from aura_gql.web.metrics_families import FAMILIES
from aura_gql.web.vendor_readings import of_vendors


def samples(vendors: Mapping[SandboxProviderName, VendorTally]) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for metric in of_vendors(vendors)
        for sample in metric.samples
    }


def test_requests_and_the_breaker_are_shown_by_provider() -> None:
    e2b, daytona = VendorTally(), VendorTally()
    e2b.calls["create", "UNAVAILABLE"] += 5
    e2b.retries["list"] += 2
    e2b.held_back["create"] += 3
    e2b.breaker_changes[CircuitState.OPEN] += 1
    e2b.breaker = Circuit(CircuitState.OPEN)
    daytona.is_key_refused = True
    shown = samples({SandboxProviderName.E2B: e2b, SandboxProviderName.DAYTONA: daytona})

    assert shown["aura_vendor_requests_total", "E2B", "create", "UNAVAILABLE"] == 5
    assert shown["aura_vendor_requests_total", "DAYTONA", "create", "UNAVAILABLE"] == 0
    assert shown["aura_vendor_retries_total", "E2B", "list"] == 2
    assert shown["aura_vendor_held_back_total", "E2B", "create"] == 3
    states = {(key[1], key[2]) for key, value in shown.items() if key[0] == "aura_vendor_breaker" and value}
    assert states == {("E2B", "OPEN"), ("DAYTONA", "CLOSED")}
    assert shown["aura_vendor_breaker_changes_total", "E2B", "OPEN"] == 1
    assert (shown["aura_vendor_key_refused", "E2B"], shown["aura_vendor_key_refused", "DAYTONA"]) == (0, 1)


def test_each_family_is_described_also_without_a_vendor() -> None:
    assert [metric.name for metric in of_vendors({})] == [
        family.name for family in FAMILIES if family.name.startswith("aura_vendor_")
    ]
