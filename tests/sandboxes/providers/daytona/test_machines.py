"""What the vendor says about machines, and what is asked of it, without anybody to ask."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from daytona_api_client_async import SandboxState

from aura_gql.kernel.clock import utcnow
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


@pytest.mark.parametrize(("left_s", "minutes"), [(600, 11), (630, 12), (59, 2), (-60, 1)])
def test_the_clock_never_stands_too_early(left_s: int, minutes: int) -> None:
    # A moment passes before it is looked at.
    assert minutes_until(utcnow() + timedelta(seconds=left_s, milliseconds=-1)) == minutes


def test_the_clock_stands_where_the_account_lets_it() -> None:
    wish = MachineWish("s", "p", "e", "1", utcnow() + timedelta(days=2))
    assert request_of(wish, 7 * 86400)["ttl_minutes"] in (2 * 1440 + 1, 2 * 1440 + 2)
    assert request_of(wish, 3600)["ttl_minutes"] == 60


@pytest.mark.parametrize("told", [None, "", "yesterday", "2026-01-01T12:00:00"])
def test_a_time_that_is_none_is_nonsense(told: str | None) -> None:
    with pytest.raises(VendorDown):
        time_of(told)


def test_a_machine_without_our_labels_is_not_ours() -> None:
    labels = {"aura-sandbox": "s", "aura-environment": "e"}
    for name in labels:
        told = SimpleNamespace(labels={name: labels[name]})
        assert machine_of(told, VendorClock()) is None
