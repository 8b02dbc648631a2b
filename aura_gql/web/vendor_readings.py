"""What this process knows of the providers outside at the moment of a scrape."""

import itertools
from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import Metric

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.tally import VendorTally
from aura_gql.sandboxes.values import CircuitState
from aura_gql.web import metrics_families as families

# Shown as zero until they happen: from nothing to one, Prometheus sees no increase.
_USUAL_REQUESTS = (("create", "OK"), ("create", "UNAVAILABLE"), ("create", "TIMEOUT"), ("create", "KEY_REFUSED"))


def of_vendors(vendors: Mapping[SandboxProviderName, VendorTally]) -> Iterator[Metric]:
    """Every metric of theirs; without samples where there is none."""
    requests = dict.fromkeys(((name, *usual) for name, usual in itertools.product(vendors, _USUAL_REQUESTS)), 0)
    for name, tally in vendors.items():
        requests |= {(name, operation, outcome): count for (operation, outcome), count in tally.calls.items()}
    yield families.VENDOR_REQUESTS.of(requests.items())
    yield families.VENDOR_RETRIES.of(
        ((name, operation), count) for name, tally in vendors.items() for operation, count in tally.retries.items()
    )
    yield families.VENDOR_HELD_BACK.of(
        ((name, operation), count) for name, tally in vendors.items() for operation, count in tally.held_back.items()
    )
    states = [(name, tally, state) for name, tally in vendors.items() for state in CircuitState]
    yield families.VENDOR_BREAKER.of(
        ((name, state.value), float(tally.breaker.state is state)) for name, tally, state in states
    )
    yield families.VENDOR_BREAKER_CHANGES.of(
        ((name, state.value), tally.breaker_changes[state]) for name, tally, state in states
    )
    yield families.VENDOR_KEY_REFUSED.of(((name,), float(tally.is_key_refused)) for name, tally in vendors.items())
