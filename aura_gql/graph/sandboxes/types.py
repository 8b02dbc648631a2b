"""Sandboxes, as clients see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.graph.sandboxes.conflicts import SyncConflict
from aura_gql.graph.sandboxes.enums import SandboxProviderName, SandboxSize, SandboxStatus
from aura_gql.graph.sandboxes.limits import SandboxResourceLimits
from aura_gql.graph.sandboxes.loaders import sandbox_usage
from aura_gql.graph.sandboxes.ports import SandboxPort
from aura_gql.graph.sandboxes.saved_files import SandboxSavedFiles
from aura_gql.graph.sandboxes.usage import SandboxUsage
from aura_gql.sandboxes.records import SandboxEventRecord, SandboxRecord
from aura_gql.sandboxes.syncing.records import SyncConflict as ConflictRecord


@strawberry.type(description="An isolated machine that holds a copy of a project's files and runs code.")
class Sandbox(Node):
    """A sandbox record on the wire."""

    key: strawberry.Private[ObjectId]
    conflicts: strawberry.Private[Sequence[ConflictRecord]]
    project_id: strawberry.ID = strawberry.field(
        description=(
            "The project whose files it holds. One of `quickExecute` has no project (`isTemporary`): this is then its "
            "own id again, and no project's."
        )
    )
    is_temporary: bool = strawberry.field(
        description=(
            "Whether it was made for one execution of `quickExecute` and ends with it; a week later it is forgotten."
        )
    )
    provider: SandboxProviderName = strawberry.field(description="Who runs it.")
    wanted_provider: SandboxProviderName = strawberry.field(
        description="Who was asked to run it first: another than `provider` where `createSandbox` allowed a `fallback`."
    )
    fallback_reason: str | None = strawberry.field(
        description="Why the wanted provider does not run it; null where it does."
    )
    size: SandboxSize = strawberry.field(description="How large its machine was asked to be.")
    status: SandboxStatus = strawberry.field(description="Where it is in its life.")
    status_reason: str | None = strawberry.field(description="Why it is in this state, where there is more to say.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When it began to run.")
    last_activity_at: datetime = strawberry.field(
        description="When an execution, a terminal or a preview last used it; `idleStopsAt` tells what follows."
    )
    stopped_at: datetime | None = strawberry.field(description="When it ended.")
    expires_at: datetime = strawberry.field(
        description="When it will be stopped at the latest; `extendSandbox` moves that."
    )
    idle_stops_at: datetime | None = strawberry.field(
        description=(
            "When it will be stopped as idle unless something uses it before; null where it does not run. While "
            "something runs, this moves on every few seconds."
        )
    )
    resource_limits: SandboxResourceLimits | None = strawberry.field(
        description="What it may use; null before it has run."
    )
    saved_files: SandboxSavedFiles | None = strawberry.field(
        description=(
            "What became of the files that code changed in it, when it was last stopped or restarted; null before, and "
            "where nothing had run in it."
        )
    )
    sync_conflict_count: int = strawberry.field(
        description="How many paths the project and it have both changed, so that neither got the other's version."
    )

    @classmethod
    def from_record(cls, record: SandboxRecord) -> Self:
        """The sandbox that `record` describes."""
        return cls(
            key=record.id,
            id=to_global_id("Sandbox", record.id),
            project_id=to_global_id("Sandbox" if record.is_temporary else "Project", record.project_id),
            is_temporary=record.is_temporary,
            provider=record.provider,
            wanted_provider=record.wanted_provider,
            fallback_reason=record.detour,
            size=record.size,
            status=record.status,
            status_reason=record.status_reason,
            created_at=record.created_at,
            started_at=record.started_at,
            last_activity_at=record.last_activity_at,
            stopped_at=record.stopped_at,
            expires_at=record.expires_at,
            idle_stops_at=record.idle_stops_at,
            saved_files=None if record.saved_files is None else SandboxSavedFiles.from_record(record.saved_files),
            sync_conflict_count=record.sync_conflict_count,
            conflicts=record.sync_conflicts,
            resource_limits=None if record.limits is None else SandboxResourceLimits.from_value(record.limits),
        )

    @strawberry.field(
        description=(
            "The first 50 of the paths that the project and it have both changed, so that neither got the other's "
            "version. They are looked at again with every change of the project; `syncProjectToSandbox` ends them."
        )
    )
    async def sync_conflicts(self) -> list[SyncConflict]:
        """Convert."""
        return [SyncConflict.from_record(self.key, conflict) for conflict in self.conflicts]

    @strawberry.field(description="What it has used and what that cost; zero before it has run.")
    async def usage(self, info: Info) -> SandboxUsage:
        """Load, convert."""
        return SandboxUsage.from_record(await sandbox_usage(info.context).load(self.key))

    @strawberry.field(
        description=(
            "The TCP ports on which code in it listens now, the lowest first, at most 100; none where it does not run, "
            "or another server process holds it."
        )
    )
    async def ports(self, info: Info) -> list[SandboxPort]:
        """Ask the machine, convert."""
        found = await info.context.services.sandboxes.machines.ports(self.key)
        return [SandboxPort.from_value(port) for port in found]


@strawberry.type(
    description="A state that a sandbox entered, or the state that it is in where only `expiresAt` has moved."
)
class SandboxStatusEvent:
    """A change of status on the wire."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox.")
    sequence: int = strawberry.field(
        description=(
            "The number of this change, 1 more than that of the change before. Where it is more than that, the sandbox "
            "has been in other states meanwhile that you were not told; this is the one that it is in."
        )
    )
    status: SandboxStatus = strawberry.field(
        description="The state that it entered; the same again where it was extended."
    )
    reason: str | None = strawberry.field(description="Why, where there is more to say.")
    at: datetime = strawberry.field(description="When that was.")
    expires_at: datetime = strawberry.field(description="When it will be stopped at the latest.")

    @classmethod
    def from_record(cls, record: SandboxEventRecord) -> Self:
        """The event that `record` describes."""
        return cls(
            sandbox_id=to_global_id("Sandbox", record.sandbox_id),
            sequence=record.sequence,
            status=record.status,
            reason=record.reason,
            at=record.at,
            expires_at=record.expires_at,
        )
