"""Running code and commands."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.executions.inputs import (
    CancelExecutionInput,
    ExecuteCodeInput,
    QuickExecuteInput,
    RunCommandInput,
    SendExecutionInputInput,
)
from aura_gql.graph.executions.types import Execution
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn


@strawberry.type(description="What `executeCode` did.")
class ExecuteCodePayload(Payload):
    """The execution, or the errors."""

    execution: Execution | None = strawberry.field(
        default=None, description="The execution; subscribe to `executionOutput` with its id."
    )


@strawberry.type(description="What `runCommand` did.")
class RunCommandPayload(Payload):
    """The execution, or the errors."""

    execution: Execution | None = strawberry.field(
        default=None, description="The execution; subscribe to `executionOutput` with its id."
    )


@strawberry.type(description="What `quickExecute` did.")
class QuickExecutePayload(Payload):
    """The execution, or the errors."""

    execution: Execution | None = strawberry.field(
        default=None, description="The execution; subscribe to `executionOutput` with its id."
    )


@strawberry.type(description="What `sendExecutionInput` did.")
class SendExecutionInputPayload(Payload):
    """The execution, or the errors."""

    execution: Execution | None = strawberry.field(
        default=None, description="The execution; its program reads what was sent when it wants to."
    )


@strawberry.type(description="What `cancelExecution` did.")
class CancelExecutionPayload(Payload):
    """The execution, or the errors."""

    execution: Execution | None = strawberry.field(
        default=None, description="The execution; `executionOutput` tells when it has ended, usually as CANCELLED."
    )


@strawberry.type
class ExecutionMutations:
    """The executions room's part of the root."""

    @strawberry.mutation(
        description="Run source text in a sandbox. Answers at once; `executionOutput` streams what comes of it.",
        permission_classes=[SignedIn],
    )
    @settled
    async def execute_code(self, info: Info, input: Input[ExecuteCodeInput]) -> ExecuteCodePayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        service = info.context.services.executions
        record = await service.execute_code(viewer.id, input.to_request(), input.idempotency_key)
        return ExecuteCodePayload(execution=Execution.from_record(record))

    @strawberry.mutation(
        description="Run a command line in a sandbox. Answers at once; `executionOutput` streams what comes of it.",
        permission_classes=[SignedIn],
    )
    @settled
    async def run_command(self, info: Info, input: Input[RunCommandInput]) -> RunCommandPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        service = info.context.services.executions
        record = await service.run_command(viewer.id, input.to_request(), input.idempotency_key)
        return RunCommandPayload(execution=Execution.from_record(record))

    @strawberry.mutation(
        description=(
            "Run source text without a project, in a temporary sandbox that is removed behind it: when it ended, "
            "was cancelled, could not start, or the server went. Answers at once; `executionOutput` streams what comes "
            "of it. It counts as a sandbox while it lives, and as one operation."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def quick_execute(self, info: Info, input: Input[QuickExecuteInput]) -> QuickExecutePayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        service = info.context.services.executions
        record = await service.quick_execute(viewer.id, input.to_request(), input.idempotency_key)
        return QuickExecutePayload(execution=Execution.from_record(record))

    @strawberry.mutation(
        description=(
            "Feed the standard input of an execution that you began with `stdinOpen`. What is sent arrives whole and "
            "in the order of the calls: wait for each before the next. Where 256 KiB wait and the program does not "
            "read, the call waits for 10 seconds and is then INVALID_STATE, with nothing of it sent; so is input to "
            "an execution that has ended, and behind `close`."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def send_execution_input(
        self, info: Info, input: Input[SendExecutionInputInput]
    ) -> SendExecutionInputPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        execution_id, data = object_id(input.execution_id, "Execution", ("executionId",)), input.to_bytes()
        record = await info.context.services.executions.send_input(viewer.id, execution_id, data, close=input.close)
        return SendExecutionInputPayload(execution=Execution.from_record(record))

    @strawberry.mutation(
        description=(
            "End an execution: SIGTERM, then SIGKILL to everything that it started. Answers at once. Cancelling one "
            "that has ended changes nothing."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def cancel_execution(self, info: Info, input: Input[CancelExecutionInput]) -> CancelExecutionPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        execution_id = object_id(input.execution_id, "Execution", ("executionId",))
        record = await info.context.services.executions.cancel(viewer.id, execution_id)
        return CancelExecutionPayload(execution=Execution.from_record(record))
