"""What is asked for a machine, and what is made of what is told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.providers.e2b.machines import key_of, machine_of, request_of, seconds_until
from aura_gql.sandboxes.providers.remote.values import MachineState, MachineWish
from aura_gql.sandboxes.providers.remote.vendor_clock import VendorClock

AT = datetime(2026, 1, 1, tzinfo=UTC)


def listed(**changes: Any) -> SimpleNamespace:
    told = {
        "sandbox_id": "i1",
        "metadata": {"aura-sandbox": "s", "aura-environment": "e"},
        "state": SimpleNamespace(value="running"),
        "started_at": AT,
        "end_at": AT + timedelta(hours=1),
        "cpu_count": 2,
        "memory_mb": 512,
    }
    return SimpleNamespace(**{**told, **changes})


def test_a_wish_is_asked_for_in_the_words_of_the_sdk(wish: MachineWish) -> None:
    asked = request_of(replace(wish, image="python-8"), 3600)
    assert asked["template"] == "python-8"
    assert 50 < asked["timeout"] <= 60
    assert asked["metadata"] == {
        "aura-sandbox": "sandbox-1",
        "aura-project": "project-1",
        "aura-environment": "tests",
    }
    assert asked["allow_internet_access"] is False


def test_a_key_is_the_wishs_own(wish: MachineWish) -> None:
    others = [replace(wish, attempt="2"), replace(wish, sandbox_id="x"), replace(wish, environment="x")]
    keys = {key_of(each) for each in (wish, *others)}
    assert len(keys) == 4
    assert key_of(replace(wish, image="other")) == key_of(wish)


@pytest.mark.parametrize(("in_s", "seconds"), [(-5, 1), (30, 30), (9000, 3600)])
def test_a_time_is_told_in_seconds_that_the_account_allows(in_s: int, seconds: int) -> None:
    assert seconds_until(utcnow() + timedelta(seconds=in_s), 3600) == seconds


def test_a_machine_is_what_its_labels_say() -> None:
    clock = VendorClock()
    clock.learn(AT, AT + timedelta(minutes=5), AT)
    machine = machine_of(listed(), clock)
    assert machine is not None
    assert (machine.sandbox_id, machine.environment) == ("s", "e")
    assert machine.created_at == AT - timedelta(minutes=5)
    paused = machine_of(listed(state=SimpleNamespace(value="paused")), clock)
    assert paused is not None
    assert (paused.state, paused.ends_at) == (MachineState.PAUSED, None)
    assert machine_of(listed(metadata={"aura-sandbox": "s"}), clock) is None
    unknown = machine_of(listed(state=SimpleNamespace(value="snapshotting")), clock)
    assert unknown is not None
    assert unknown.state is MachineState.STARTING
