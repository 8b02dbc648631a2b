"""Sandboxes of E2B as machines of the port, and the requests that make them."""

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.providers.e2b.network import network_of
from aura_gql.sandboxes.providers.remote.values import (
    ENVIRONMENT_LABEL,
    PROJECT_LABEL,
    SANDBOX_LABEL,
    MachineState,
    MachineWish,
    VendorMachine,
)
from aura_gql.sandboxes.providers.remote.vendor_clock import VendorClock
from aura_gql.sandboxes.values import Enforcement, Limit, ResourceLimits

_MIB: Final = 1 << 20
_STATES: Final = {"running": MachineState.RUNNING, "paused": MachineState.PAUSED}


def request_of(wish: MachineWish, max_lifetime_s: int) -> Mapping[str, Any]:
    """The arguments of the SDK's creation. When its clock has run down the machine is ended, and not kept paused."""
    return {
        "template": wish.image,
        "timeout": seconds_until(wish.lives_until, max_lifetime_s),
        "metadata": {
            SANDBOX_LABEL: wish.sandbox_id,
            PROJECT_LABEL: wish.project_id,
            ENVIRONMENT_LABEL: wish.environment,
        },
        "lifecycle": {"on_timeout": "kill"},
        "idempotency_key": key_of(wish),
        **network_of(wish.network),
    }


def key_of(wish: MachineWish) -> str:
    """The same for the same machine, whoever asks, in the few characters that a key may have."""
    words = "\0".join((wish.environment, wish.sandbox_id, wish.attempt))
    return hashlib.sha256(words.encode()).hexdigest()


def seconds_until(at: datetime, most: int) -> int:
    """Whole seconds from now, 1 to `most`."""
    return max(1, min(most, math.ceil((at - utcnow()).total_seconds())))


def machine_of(told: Any, clock: VendorClock) -> VendorMachine | None:
    """A sandbox that the SDK tells of, its times as ours; None for one that is not labelled as we do. The clock of one
    that is paused stands.
    """
    labels = told.metadata
    if SANDBOX_LABEL not in labels or ENVIRONMENT_LABEL not in labels:
        return None
    state = _STATES.get(told.state.value, MachineState.STARTING)
    return VendorMachine(
        machine_id=told.sandbox_id,
        sandbox_id=labels[SANDBOX_LABEL],
        environment=labels[ENVIRONMENT_LABEL],
        state=state,
        created_at=clock.ours(told.started_at),
        ends_at=None if state is MachineState.PAUSED else clock.ours(told.end_at),
        limits=ResourceLimits(
            cpus=Limit(told.cpu_count, Enforcement.HARD),
            memory_bytes=Limit(told.memory_mb * _MIB, Enforcement.HARD),
        ),
    )
