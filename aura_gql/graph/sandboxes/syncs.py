"""Having a project and a sandbox get what the other changed."""

from collections.abc import Mapping
from typing import Self

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.sandboxes.conflicts import SyncConflict
from aura_gql.graph.sandboxes.enums import SyncSide
from aura_gql.graph.sandboxes.saved_files import SkippedFile
from aura_gql.graph.sandboxes.types import Sandbox
from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.records import SandboxRecord
from aura_gql.sandboxes.stored import MAX_CONFLICTS_TOLD
from aura_gql.sandboxes.syncing.records import SyncConflict as ConflictRecord
from aura_gql.sandboxes.syncing.records import SyncReport
from aura_gql.sandboxes.syncing.values import SyncDirection
from aura_gql.sandboxes.syncs import MAX_PATHS

_TOLD = MAX_CONFLICTS_TOLD
_PATHS = f"Files and folders, at most {MAX_PATHS}; left out, all."
_RESOLVE = (
    f"Whose version single files shall be on both sides, whichever way the sync goes; at most {MAX_PATHS}. The version "
    "that gives way is in the file's history then: that of the sandbox is saved there first."
)


@strawberry.input(description="Whose version a file shall be.")
class SyncResolutionInput:
    """A choice on the wire."""

    path: str = strawberry.field(description="The file's path in the project folder.")
    take: SyncSide = strawberry.field(description="The side that has the version.")


def to_choices(resolve: list[SyncResolutionInput] | None) -> Mapping[str, SyncSide]:
    """The choices by path; InvalidInput where there are two for one."""
    choices = {each.path: each.take for each in resolve or ()}
    if len(choices) < len(resolve or ()):
        raise InvalidInput("A path is named twice.", field=("resolve",))
    return choices


@strawberry.input(description="What to bring with `syncProjectToSandbox`.")
class SyncProjectToSandboxInput:
    """A push on the wire."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox. It must be running.")
    paths: list[str] | None = strawberry.field(default=None, description=_PATHS)
    resolve: list[SyncResolutionInput] | None = strawberry.field(default=None, description=_RESOLVE)


@strawberry.input(description="What to save with `syncSandboxToProject`.")
class SyncSandboxToProjectInput:
    """A pull on the wire."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox. It must be running.")
    paths: list[str] | None = strawberry.field(default=None, description=_PATHS)
    resolve: list[SyncResolutionInput] | None = strawberry.field(default=None, description=_RESOLVE)


@strawberry.type(
    description=f"What a sync did. Each list has the first {_TOLD}, the number beside it tells how many there were."
)
class SandboxSync:
    """A report on the wire."""

    key: strawberry.Private[ObjectId]
    conflict_records: strawberry.Private[list[ConflictRecord]]
    changed: list[str] = strawberry.field(description="Paths of files that one side got from the other.")
    changed_count: int = strawberry.field(description="How many they are.")
    deleted: list[str] = strawberry.field(description="Paths of what was removed on one side, as on the other.")
    deleted_count: int = strawberry.field(description="How many they are.")
    merged: list[str] = strawberry.field(
        description="Paths of files that both had changed, and that both have with all changes now."
    )
    merged_count: int = strawberry.field(description="How many they are.")
    conflict_count: int = strawberry.field(description="How many paths were left as they are on both sides.")
    skipped: list[SkippedFile] = strawberry.field(
        description="Files of the sandbox that a project can't have: links, too large ones, names that are not allowed."
    )
    skipped_count: int = strawberry.field(description="How many they are.")

    @classmethod
    def from_report(cls, sandbox: ObjectId, report: SyncReport) -> Self:
        """What the report says."""
        return cls(
            key=sandbox,
            conflict_records=report.conflicts[:_TOLD],
            changed=sorted(report.changed)[:_TOLD],
            changed_count=len(report.changed),
            deleted=sorted(report.deleted)[:_TOLD],
            deleted_count=len(report.deleted),
            merged=sorted(report.merged)[:_TOLD],
            merged_count=len(report.merged),
            conflict_count=len(report.conflicts),
            skipped=[SkippedFile(path=each.path, reason=each.reason) for each in report.skipped[:_TOLD]],
            skipped_count=len(report.skipped),
        )

    @strawberry.field(description="What was left as it is on both sides.")
    async def conflicts(self) -> list[SyncConflict]:
        """Convert."""
        return [SyncConflict.from_record(self.key, conflict) for conflict in self.conflict_records]


@strawberry.type(description="What `syncProjectToSandbox` did.")
class SyncProjectToSandboxPayload(Payload):
    """The sync, or the errors."""

    sandbox: Sandbox | None = strawberry.field(default=None, description="The sandbox as it is now.")
    sync: SandboxSync | None = strawberry.field(default=None, description="What was brought to it.")


@strawberry.type(description="What `syncSandboxToProject` did.")
class SyncSandboxToProjectPayload(Payload):
    """The sync, or the errors."""

    sandbox: Sandbox | None = strawberry.field(default=None, description="The sandbox as it is now.")
    sync: SandboxSync | None = strawberry.field(default=None, description="What was saved in its project.")


@strawberry.type
class SyncMutations:
    """The part of the root that keeps projects and sandboxes the same."""

    @strawberry.mutation(
        description=(
            "Have a running sandbox get what the project has: what changed since it last got it, what it lacks, and "
            "deletions. Only what differs by its hash is written. What code changed there is not overwritten: changes "
            "of both sides are merged where other lines changed, and are conflicts else. Safe to repeat."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def sync_project_to_sandbox(
        self, info: Info, input: Input[SyncProjectToSandboxInput]
    ) -> SyncProjectToSandboxPayload:
        """Authorise, call, convert."""
        record, report = await _sync(info, SyncDirection.TO_SANDBOX, input)
        return SyncProjectToSandboxPayload(
            sandbox=Sandbox.from_record(record), sync=SandboxSync.from_report(record.id, report)
        )

    @strawberry.mutation(
        description=(
            "Save what code made, changed and deleted in a running sandbox as new versions of the project's files, in "
            "one revision that `restoreRevision` undoes. Folders that tools make anew, such as `node_modules`, and "
            "what `.gitignore` files of the project name are left out. What the project changed meanwhile is not "
            "overwritten: changes of both sides are merged where other lines changed, and are conflicts else. Safe to "
            "repeat."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def sync_sandbox_to_project(
        self, info: Info, input: Input[SyncSandboxToProjectInput]
    ) -> SyncSandboxToProjectPayload:
        """Authorise, call, convert."""
        record, report = await _sync(info, SyncDirection.TO_PROJECT, input)
        return SyncSandboxToProjectPayload(
            sandbox=Sandbox.from_record(record), sync=SandboxSync.from_report(record.id, report)
        )


async def _sync(
    info: Info, direction: SyncDirection, input: SyncProjectToSandboxInput | SyncSandboxToProjectInput
) -> tuple[SandboxRecord, SyncReport]:
    viewer, sandboxes = info.context.require_viewer(), info.context.services.sandboxes
    sandbox_id = object_id(input.sandbox_id, "Sandbox", ("sandboxId",))
    record, report = await sandboxes.syncs.sync(
        viewer.id, sandbox_id, direction, input.paths, to_choices(input.resolve)
    )
    # Merges and choices change the project whichever way it goes.
    await sandboxes.refresh(record.project_id)
    return record, report
