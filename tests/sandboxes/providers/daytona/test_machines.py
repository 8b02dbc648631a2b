"""What the vendor says about machines, and what is asked of it, without anybody to ask."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from daytona_api_client_async import SandboxState

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.host_rules import HostRule
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.daytona.machines import (
    machine_of,
    minutes_until,
    request_of,
    state_of,
    time_of,
)
from aura_gql.sandboxes.providers.remote.errors import VendorDown
from aura_gql.sandboxes.providers.remote.values import MachineState, MachineWish
from aura_gql.sandboxes.providers.remote.vendor_clock import VendorClock

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ENDED = {
    *("stopping", "stopped", "archiving", "archived", "error"),
    *("build_failed", "destroying", "destroyed"),
}


def test_every_state_of_the_sdk_is_one_of_ours() -> None:
    by_word = {state.value: state_of(state) for state in SandboxState}
    assert {word for word, state in by_word.items() if state is MachineState.ENDED} == ENDED
    assert {word for word, state in by_word.items() if state is MachineState.PAUSED} == {"pausing", "paused"}
    assert by_word["started"] is MachineState.RUNNING
    for word in ("creating", "starting", "pending_build", "resuming", "unknown", "unknown_default_open_api"):
        assert by_word[word] is MachineState.STARTING


@pytest.mark.parametrize(("left_s", "minutes"), [(600, 11), (601, 12), (59, 2), (-60, 1)])
def test_the_clock_never_stands_too_early(left_s: int, minutes: int) -> None:
    # A moment passes before it is looked at.
    assert minutes_until(utcnow() + timedelta(seconds=left_s, milliseconds=-1)) == minutes


def test_hosts_are_named_without_ports_and_private_ones_not_at_all() -> None:
    hosts = (HostRule("example.com"), HostRule("example.com", 8443), HostRule("*.example.org"))
    policies = {
        None: {"network_block_all": True},
        EgressPolicy(): {"network_block_all": True},
        EgressPolicy(private_hosts=(HostRule("10.0.0.1", 4873),)): {"network_block_all": True},
        EgressPolicy(hosts=hosts): {"domain_allow_list": "example.com,*.example.org"},
    }
    for policy, expected in policies.items():
        asked = request_of(MachineWish("s", "p", "e", "1", NOON, None, policy))
        assert {name: value for name, value in asked.items() if "network" in name or "domain" in name} == expected


@pytest.mark.parametrize("told", [None, "", "yesterday", "2026-01-01T12:00:00"])
def test_a_time_that_is_none_is_nonsense(told: str | None) -> None:
    with pytest.raises(VendorDown):
        time_of(told)


def test_a_machine_without_our_labels_is_not_ours() -> None:
    labels = {"aura-sandbox": "s", "aura-environment": "e"}
    for name in labels:
        told = SimpleNamespace(labels={name: labels[name]})
        assert machine_of(told, VendorClock()) is None
