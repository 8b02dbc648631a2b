"""Starting sandboxes, keeping them, and ending them."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.sandboxes.inputs import (
    CreateSandboxInput,
    DeleteSandboxInput,
    ExtendSandboxInput,
    RestartSandboxInput,
    StopSandboxInput,
)
from aura_gql.graph.sandboxes.types import Sandbox


@strawberry.type(description="What `createSandbox` did.")
class CreateSandboxPayload(Payload):
    """The sandbox, or the errors."""

    sandbox: Sandbox | None = strawberry.field(
        default=None, description="The sandbox, PENDING; `sandboxStatus` tells when it runs."
    )


@strawberry.type(description="What `stopSandbox` did.")
class StopSandboxPayload(Payload):
    """The sandbox, or the errors."""

    sandbox: Sandbox | None = strawberry.field(
        default=None, description="The sandbox: STOPPED, or STOPPING where that takes longer."
    )


@strawberry.type(description="What `extendSandbox` did.")
class ExtendSandboxPayload(Payload):
    """The sandbox, or the errors."""

    sandbox: Sandbox | None = strawberry.field(default=None, description="The sandbox with its new `expiresAt`.")


@strawberry.type(description="What `restartSandbox` did.")
class RestartSandboxPayload(Payload):
    """The sandbox, or the errors."""

    sandbox: Sandbox | None = strawberry.field(
        default=None, description="The sandbox, STARTING; `sandboxStatus` tells when it runs again."
    )


@strawberry.type(description="What `deleteSandbox` did.")
class DeleteSandboxPayload(Payload):
    """The id, or the errors."""

    deleted_sandbox_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the sandbox: it is not found any more."
    )


@strawberry.type
class SandboxMutations:
    """The sandboxes room's part of the root."""

    @strawberry.mutation(
        description="Start a sandbox with a project's files in it. Answers at once; `sandboxStatus` tells the rest.",
        permission_classes=[SignedIn],
    )
    @settled
    async def create_sandbox(self, info: Info, input: Input[CreateSandboxInput]) -> CreateSandboxPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        project_id = object_id(input.project_id, "Project", ("projectId",))
        service = info.context.services.sandboxes
        record = await service.create(viewer.id, project_id, input.to_wish(), input.idempotency_key)
        return CreateSandboxPayload(sandbox=Sandbox.from_record(record))

    @strawberry.mutation(
        description=(
            "End a sandbox and everything that runs in it. Files that code changed or made are saved in the project "
            "first, as new versions by its owner: `savedFiles` tells. Ending one that has ended changes nothing."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def stop_sandbox(self, info: Info, input: Input[StopSandboxInput]) -> StopSandboxPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox_id = object_id(input.sandbox_id, "Sandbox", ("sandboxId",))
        record = await info.context.services.sandboxes.stop(viewer.id, sandbox_id)
        return StopSandboxPayload(sandbox=Sandbox.from_record(record))

    @strawberry.mutation(
        description=(
            "Give a sandbox more time before it is stopped in any case. Using it does not do that: use only keeps it "
            "from being stopped as idle."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def extend_sandbox(self, info: Info, input: Input[ExtendSandboxInput]) -> ExtendSandboxPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox_id = object_id(input.sandbox_id, "Sandbox", ("sandboxId",))
        renewal = info.context.services.sandboxes.renewal
        record = await renewal.extend(viewer.id, sandbox_id, input.by_s, input.idempotency_key)
        return ExtendSandboxPayload(sandbox=Sandbox.from_record(record))

    @strawberry.mutation(
        description=(
            "Give a running sandbox a new machine with the project's files in it, under the same id. What runs ends as "
            "CANCELLED. Files that code changed are saved in the project before, as by `stopSandbox`; where they can't "
            "be, the old machine stays. Anything else on its disk is gone. Answers at once."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def restart_sandbox(self, info: Info, input: Input[RestartSandboxInput]) -> RestartSandboxPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox_id = object_id(input.sandbox_id, "Sandbox", ("sandboxId",))
        renewal = info.context.services.sandboxes.renewal
        record = await renewal.restart(viewer.id, sandbox_id, input.idempotency_key)
        return RestartSandboxPayload(sandbox=Sandbox.from_record(record))

    @strawberry.mutation(
        description=(
            "Forget a sandbox, ending it first where it lives. It is not found or listed any more; its executions and "
            "their output stay for whoever has their ids."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def delete_sandbox(self, info: Info, input: Input[DeleteSandboxInput]) -> DeleteSandboxPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox_id = object_id(input.sandbox_id, "Sandbox", ("sandboxId",))
        await info.context.services.sandboxes.delete(viewer.id, sandbox_id)
        return DeleteSandboxPayload(deleted_sandbox_id=input.sandbox_id)
