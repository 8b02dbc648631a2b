"""What the sandboxes room tells the others, as light objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bson import ObjectId

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.syncing.records import SkippedFile, SyncConflict
from aura_gql.sandboxes.values import Capabilities, Circuit, MachineMetrics, ResourceLimits, SandboxSize


class SandboxStatus(StrEnum):
    """Where a sandbox is in its life; STOPPED and ERROR are the end."""

    PENDING = "PENDING"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    ERROR = "ERROR"


LIVE_STATUSES = frozenset(
    {SandboxStatus.PENDING, SandboxStatus.STARTING, SandboxStatus.RUNNING, SandboxStatus.STOPPING}
)
USABLE_STATUSES = LIVE_STATUSES - {SandboxStatus.STOPPING}
ENDED_STATUSES = frozenset({SandboxStatus.STOPPED, SandboxStatus.ERROR})

TRANSITIONS: dict[SandboxStatus, frozenset[SandboxStatus]] = {
    SandboxStatus.PENDING: frozenset({SandboxStatus.STARTING, SandboxStatus.STOPPED, SandboxStatus.ERROR}),
    SandboxStatus.STARTING: frozenset({SandboxStatus.RUNNING, SandboxStatus.STOPPING, SandboxStatus.ERROR}),
    SandboxStatus.RUNNING: frozenset({SandboxStatus.STARTING, SandboxStatus.STOPPING, SandboxStatus.ERROR}),
    SandboxStatus.STOPPING: frozenset({SandboxStatus.STOPPED, SandboxStatus.ERROR}),
    SandboxStatus.STOPPED: frozenset(),
    SandboxStatus.ERROR: frozenset(),
}
"""The states that may follow each state. A machine whose server died passes through STOPPING like any other, and one
that gives way to a new one under the same id goes back from RUNNING to STARTING.
"""


TEMPORARY_KEPT_S = 7 * 24 * 3600
"""How long a sandbox without a project, and what ran in it, is known behind its end: no deletion takes it along."""


class SandboxClock(StrEnum):
    """The clocks that stop a sandbox; the value begins what its `status_reason` then says."""

    IDLE = "Nothing used it for"
    LIFETIME = "It reached the end of its lifetime"


def states_before(status: SandboxStatus) -> list[SandboxStatus]:
    """The states from which `status` may be entered."""
    return [before for before, following in TRANSITIONS.items() if status in following]


@dataclass(frozen=True, slots=True)
class SavedFiles:
    """What became of the files that code changed, when they were last saved in the project. The lists have the first
    few, the counts tell how many there were.

    `conflicts` are paths that have moved on in the project since the sandbox got them, and that could not be merged:
    the project's version stands, and the sandbox's is the one before it in the file's history.
    """

    at: datetime
    saved: tuple[str, ...] = ()
    saved_count: int = 0
    conflicts: tuple[str, ...] = ()
    conflict_count: int = 0
    skipped: tuple[SkippedFile, ...] = ()
    skipped_count: int = 0


@dataclass(frozen=True, slots=True)
class SandboxRecord:
    """One sandbox session. `synced_revision` is the project revision that its disk holds, 0 before the first push.

    `sync_conflicts` are the first 50 of the `sync_conflict_count` paths that both sides have changed.

    `limits` are those of its machine, None before there is one; `saved_files` is None before a save. `is_deleted` says
    that its owner does not see it any more. One that `is_temporary` belongs to no project: its `project_id` is its own
    id, which no project has, and it ends with the execution that it was made for.

    `wanted_provider` is the one that was asked for first: where `provider` is another, `detour` says why. `fallback`
    are those that its owner allows and that may still be tried.
    """

    id: ObjectId
    project_id: ObjectId
    user_id: str
    provider: SandboxProviderName
    wanted_provider: SandboxProviderName
    provider_sandbox_id: str | None
    status: SandboxStatus
    status_reason: str | None
    event_sequence: int
    synced_revision: int
    owner: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    last_activity_at: datetime
    stopped_at: datetime | None
    expires_at: datetime
    size: SandboxSize = SandboxSize.SMALL
    language: str | None = None
    fallback: tuple[SandboxProviderName, ...] = ()
    detour: str | None = None
    idle_timeout_s: float | None = None
    limits: ResourceLimits | None = None
    saved_files: SavedFiles | None = None
    sync_conflicts: tuple[SyncConflict, ...] = ()
    sync_conflict_count: int = 0
    is_deleted: bool = False
    is_temporary: bool = False

    @property
    def ended_by(self) -> SandboxClock | None:
        """The clock that stopped it, if one did."""
        reason = self.status_reason or ""
        return next((clock for clock in SandboxClock if reason.startswith(clock)), None)

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE_STATUSES

    @property
    def idle_stops_at(self) -> datetime | None:
        """When it will be stopped as idle unless something uses it; None where it does not run."""
        if self.status is not SandboxStatus.RUNNING or self.idle_timeout_s is None:
            return None
        return self.last_activity_at + timedelta(seconds=self.idle_timeout_s)

    @property
    def is_usable(self) -> bool:
        """Whether it runs or is about to, and its owner sees it."""
        return self.status in USABLE_STATUSES and not self.is_deleted


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What a record learns of the machine that it runs on."""

    provider_sandbox_id: str
    synced_revision: int
    limits: ResourceLimits


@dataclass(frozen=True, slots=True)
class SandboxEventRecord:
    """The state that a sandbox entered, or whose end was moved; `sequence` counts the changes of a sandbox from 1."""

    sandbox_id: ObjectId
    sequence: int
    status: SandboxStatus
    reason: str | None
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SandboxUse:
    """What a sandbox uses, and what it may use."""

    metrics: MachineMetrics
    limits: ResourceLimits


@dataclass(frozen=True, slots=True)
class SandboxFilter:
    """Which sandboxes to list; None and an empty tuple ask for all."""

    project_id: ObjectId | None = None
    statuses: tuple[SandboxStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """A provider as this server has it; `capabilities` is None where it is not configured, `circuit` also where it runs
    on this host. `lifetime_s` is how long a new sandbox lives on it, `max_lifetime_s` how long any can.
    """

    name: SandboxProviderName
    available: bool
    detail: str
    capabilities: Capabilities | None
    circuit: Circuit | None = None
    is_default: bool = False
    bounds: ProviderBounds = field(default_factory=ProviderBounds)
    lifetime_s: float = 0.0
    max_lifetime_s: float = 0.0


@dataclass(frozen=True, slots=True)
class MachineNeeds:
    """What a program needs of the machine that runs it: programs in the PATH, and whether it reaches out at all."""

    tools: tuple[str, ...] = ()
    network: bool = False


@dataclass(frozen=True, slots=True)
class Suitability:
    """Whether a provider's sandboxes can run something; `reason` says why not, None where they can."""

    provider: SandboxProviderName
    is_suitable: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """How many sandboxes may live at once, and how long. Durations are seconds.

    `max_lifetime_s` is how far from its creation a sandbox can be extended; a lifetime that is longer counts.
    `save_timeout_s` bounds how long a stop that somebody asked for waits until files are saved, `save_patience_s` one
    that nobody did. `output_bytes` is told to owners alone: the executions see to it. `network` is what code inside
    reaches; None is none. `max_per_host` are the LOCAL ones of this server. `default_provider` is taken where neither
    the owner nor a project names one, and `providers` holds what bounds each besides. `sweep_timeout_s` bounds a look
    at one provider, whose list of machines may lag behind by `list_lag_s`.
    """

    max_per_user: int = 5
    max_per_host: int = 50
    idle_timeout_s: float = 900.0
    lifetime_s: float = 14_400.0
    max_lifetime_s: float = 86_400.0
    output_bytes: int = 10 * 1024 * 1024
    network: EgressPolicy | None = None
    start_timeout_s: float = 60.0
    attach_timeout_s: float = 60.0
    save_timeout_s: float = 15.0
    save_patience_s: float = 300.0
    lease_s: float = 30.0
    reaper_interval_s: float = 5.0
    orphan_interval_s: float = 60.0
    sweep_timeout_s: float = 60.0
    list_lag_s: float = 30.0
    default_provider: SandboxProviderName = SandboxProviderName.LOCAL
    providers: Mapping[SandboxProviderName, ProviderBounds] = field(default_factory=dict)

    def bounds_of(self, provider: SandboxProviderName) -> ProviderBounds:
        """What bounds a provider alone."""
        return self.providers.get(provider) or ProviderBounds()

    def lifetime_of(self, provider: SandboxProviderName) -> float:
        """How many seconds a new sandbox on a provider lives."""
        bounds = self.bounds_of(provider)
        lifetime_s = self.lifetime_s if bounds.lifetime_s is None else bounds.lifetime_s
        return lifetime_s if bounds.max_lifetime_s is None else min(lifetime_s, bounds.max_lifetime_s)

    def longest_of(self, provider: SandboxProviderName) -> float:
        """How many seconds a sandbox on a provider can live in all, extended as often as may be."""
        longest_s = max(self.lifetime_of(provider), self.max_lifetime_s)
        vendors_s = self.bounds_of(provider).max_lifetime_s
        return longest_s if vendors_s is None else min(longest_s, vendors_s)

    def idle_timeout_of(self, *, is_temporary: bool) -> float:
        """After how long a sandbox is idle. What a temporary one was made for begins soon, and ends it."""
        return self.start_timeout_s if is_temporary else self.idle_timeout_s
