"""Starting and stopping sandboxes."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.sandboxes.inputs import CreateSandboxInput, StopSandboxInput
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
        record = await service.create(viewer.id, project_id, input.provider, input.idempotency_key)
        return CreateSandboxPayload(sandbox=Sandbox.from_record(record))

    @strawberry.mutation(
        description="End a sandbox and everything that runs in it. Ending one that has ended changes nothing.",
        permission_classes=[SignedIn],
    )
    @settled
    async def stop_sandbox(self, info: Info, input: Input[StopSandboxInput]) -> StopSandboxPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox_id = object_id(input.sandbox_id, "Sandbox", ("sandboxId",))
        record = await info.context.services.sandboxes.stop(viewer.id, sandbox_id)
        return StopSandboxPayload(sandbox=Sandbox.from_record(record))
