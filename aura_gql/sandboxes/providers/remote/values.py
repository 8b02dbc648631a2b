"""What passes between a vendor's adapter and what all vendors have in common."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.values import ResourceLimits

SANDBOX_LABEL: Final = "aura-sandbox"
PROJECT_LABEL: Final = "aura-project"
ENVIRONMENT_LABEL: Final = "aura-environment"


class MachineState(StrEnum):
    """Where a machine is with its vendor; ENDED also where that forgot it, or where it can't run again."""

    STARTING = "STARTING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class MachineWish:
    """What to create. `sandbox_id`, `project_id` and `environment` are labels that it has before anything can run.

    `image` is the vendor's template, snapshot or image; None is its own default. `attempt` distinguishes machines of
    one sandbox that come after each other, where the vendor has idempotency keys.
    """

    sandbox_id: str
    project_id: str
    environment: str
    attempt: str
    lives_until: datetime
    image: str | None = None
    network: EgressPolicy | None = None


@dataclass(frozen=True, slots=True)
class VendorMachine:
    """A machine as its vendor tells it; `ends_at` is the vendor's own clock, None where it has none."""

    machine_id: str
    sandbox_id: str
    environment: str
    state: MachineState
    created_at: datetime
    ends_at: datetime | None = None
    limits: ResourceLimits = field(default_factory=ResourceLimits)
