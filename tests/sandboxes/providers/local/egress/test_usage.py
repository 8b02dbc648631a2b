"""How much a sandbox may send and receive."""

import pytest

from aura_gql.sandboxes.providers.local.egress.refusal import Refusal
from aura_gql.sandboxes.providers.local.egress.usage import EgressUsage


def test_each_direction_has_its_own_bound() -> None:
    usage = EgressUsage(10)
    usage.send(9)
    usage.receive(9)
    usage.require_left()
    usage.send(1)
    with pytest.raises(Refusal, match=r"10 bytes of network: see SANDBOX_EGRESS_MAX_BYTES"):
        usage.send(1)
    with pytest.raises(Refusal):
        usage.require_left()
    assert (usage.sent, usage.received) == (10, 9)


def test_what_is_received_ends_it_too() -> None:
    usage = EgressUsage(10)
    usage.receive(11)
    with pytest.raises(Refusal):
        usage.receive(1)
    with pytest.raises(Refusal):
        usage.send(1)
