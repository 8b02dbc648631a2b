"""Sandboxes of Daytona as machines of the port, and the requests that make them."""

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.providers.daytona.network import network_of
from aura_gql.sandboxes.providers.remote.errors import VendorDown
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

_GIB: Final = 1 << 30
# One that has stopped can't go on where it stood: nobody starts it again.
_AUTO_DELETE_MIN: Final = 1
_RUNNING: Final = frozenset({"started", "resizing", "snapshotting", "forking"})
_PAUSED: Final = frozenset({"paused", "pausing"})
_ENDED: Final = frozenset(
    {"stopping", "stopped", "archiving", "archived", "error", "build_failed", "destroying", "destroyed"}
)


def name_of(wish: MachineWish) -> str:
    """What the machine is called there: no two of an account have the same name, whatever their environments."""
    words = "\0".join((wish.environment, wish.sandbox_id, wish.attempt))
    return f"aura-{wish.sandbox_id}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def request_of(wish: MachineWish, max_lifetime_s: int) -> Mapping[str, Any]:
    """The fields of the SDK's request.

    Three clocks of theirs are set. The one that ends a machine whatever it does stands at `lives_until` and up to two
    minutes later, as far as the account lets a machine live. Those for machines that nobody talks to are off: code that
    computes in silence is no idle machine. And one that has stopped, by an error or by somebody in their console, is
    deleted a minute later.
    """
    return {
        "name": name_of(wish),
        "snapshot": wish.image,
        "labels": {
            SANDBOX_LABEL: wish.sandbox_id,
            PROJECT_LABEL: wish.project_id,
            ENVIRONMENT_LABEL: wish.environment,
        },
        "ttl_minutes": min(minutes_until(wish.lives_until), max_lifetime_s // 60),
        "auto_stop_interval": 0,
        "auto_pause_interval": 0,
        "auto_delete_interval": _AUTO_DELETE_MIN,
        **network_of(wish.network),
    }


def minutes_until(at: datetime) -> int:
    """Whole minutes from now, one to two more than there are: the vendor counts from when it hears of it."""
    return max(1, math.ceil((at - utcnow()).total_seconds() / 60) + 1)


def state_of(told: object) -> MachineState:
    """By the vendor's word; one that nobody knows yet is taken for that of a machine on its way."""
    word = str(getattr(told, "value", told))
    if word in _RUNNING:
        return MachineState.RUNNING
    if word in _PAUSED:
        return MachineState.PAUSED
    return MachineState.ENDED if word in _ENDED else MachineState.STARTING


def machine_of(told: Any, clock: VendorClock) -> VendorMachine | None:
    """A sandbox that the SDK gives, its times as ours; None for one that is not labelled as we do. VendorDown where it
    says nonsense.
    """
    labels = told.labels or {}
    if SANDBOX_LABEL not in labels or ENVIRONMENT_LABEL not in labels:
        return None
    ends_at = told.auto_destroy_at
    return VendorMachine(
        machine_id=told.id,
        sandbox_id=labels[SANDBOX_LABEL],
        environment=labels[ENVIRONMENT_LABEL],
        state=state_of(told.state),
        created_at=clock.ours(time_of(told.created_at)),
        ends_at=clock.ours(time_of(ends_at)) if ends_at else None,
        limits=ResourceLimits(
            cpus=Limit(told.cpu, Enforcement.HARD),
            memory_bytes=Limit(told.memory * _GIB, Enforcement.HARD),
            disk_bytes=Limit(told.disk * _GIB, Enforcement.HARD),
        ),
    )


def time_of(told: str | None) -> datetime:
    """VendorDown unless it is a time with its zone."""
    try:
        at = datetime.fromisoformat(told or "")
    except ValueError as error:
        raise VendorDown("Daytona tells a time that is none.") from error
    if at.tzinfo is None:
        raise VendorDown("Daytona tells a time without its zone.")
    return at
