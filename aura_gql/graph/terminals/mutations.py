"""Opening terminals and sitting at them."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.terminals.inputs import (
    CloseTerminalInput,
    OpenTerminalInput,
    ResizeTerminalInput,
    WriteTerminalInput,
    terminal_key,
)
from aura_gql.graph.terminals.types import Terminal


@strawberry.type(description="What `openTerminal` did.")
class OpenTerminalPayload(Payload):
    """The terminal, or the errors."""

    terminal: Terminal | None = strawberry.field(
        default=None, description="The terminal; subscribe to `terminalOutput` with its id."
    )


@strawberry.type(description="What `writeTerminal` did.")
class WriteTerminalPayload(Payload):
    """The terminal, or the errors."""

    terminal: Terminal | None = strawberry.field(
        default=None, description="The terminal; what it shows of the keys comes with `terminalOutput`."
    )


@strawberry.type(description="What `resizeTerminal` did.")
class ResizeTerminalPayload(Payload):
    """The terminal, or the errors."""

    terminal: Terminal | None = strawberry.field(default=None, description="The terminal in its new size.")


@strawberry.type(description="What `closeTerminal` did.")
class CloseTerminalPayload(Payload):
    """The terminal, or the errors."""

    terminal: Terminal | None = strawberry.field(default=None, description="The terminal as it ended.")


@strawberry.type
class TerminalMutations:
    """The terminals room's part of the root."""

    @strawberry.mutation(
        description="Open a terminal in a sandbox. `terminalOutput` streams what it shows.",
        permission_classes=[SignedIn],
    )
    @settled
    async def open_terminal(self, info: Info, input: Input[OpenTerminalInput]) -> OpenTerminalPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        service = info.context.services.terminals
        record = await service.open(viewer.id, input.to_request(), input.idempotency_key)
        return OpenTerminalPayload(terminal=Terminal.from_record(record))

    @strawberry.mutation(
        description=(
            "Type into a terminal. Answers when the terminal has taken the keys. Operations that run at the same time "
            "have no order: send the next keys behind the answer, and collect those that come meanwhile."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def write_terminal(self, info: Info, input: Input[WriteTerminalInput]) -> WriteTerminalPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        terminal_id = terminal_key(input.terminal_id)
        record = await info.context.services.terminals.write(viewer.id, terminal_id, input.to_bytes())
        return WriteTerminalPayload(terminal=Terminal.from_record(record))

    @strawberry.mutation(
        description="Give a terminal another size. The programs on it are told (SIGWINCH).",
        permission_classes=[SignedIn],
    )
    @settled
    async def resize_terminal(self, info: Info, input: Input[ResizeTerminalInput]) -> ResizeTerminalPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        terminal_id = terminal_key(input.terminal_id)
        service = info.context.services.terminals
        record = await service.resize(viewer.id, terminal_id, input.columns, input.rows)
        return ResizeTerminalPayload(terminal=Terminal.from_record(record))

    @strawberry.mutation(
        description=(
            "Close a terminal: its programs are hung up on (SIGHUP), and what is left of them is killed. Closing one "
            "that is closed changes nothing."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def close_terminal(self, info: Info, input: Input[CloseTerminalInput]) -> CloseTerminalPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        record = await info.context.services.terminals.close(viewer.id, terminal_key(input.terminal_id))
        return CloseTerminalPayload(terminal=Terminal.from_record(record))
