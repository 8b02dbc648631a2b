"""Terminals and what they show, as clients see them."""

import base64
from datetime import datetime
from typing import Annotated, Self

import strawberry

from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.graph.terminals.enums import TerminalEnding, TerminalStatus
from aura_gql.terminals import records
from aura_gql.terminals.records import TerminalRecord


@strawberry.type(
    description=(
        "A program, usually a shell, on a terminal in a sandbox. What it showed last is kept for who comes back; it "
        "ends with its program or its sandbox, and stays known for a week."
    )
)
class Terminal(Node):
    """A terminal record on the wire."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox that it is in.")
    project_id: strawberry.ID = strawberry.field(
        description=(
            "The project whose folder it began in. A sandbox of `quickExecute` has no project (`isTemporary`): this is "
            "then `sandboxId` again, and no project's."
        )
    )
    command: list[str] = strawberry.field(description="Its program and the arguments.")
    columns: int = strawberry.field(description="How many columns it has.")
    rows: int = strawberry.field(description="How many rows it has.")
    status: TerminalStatus = strawberry.field(description="Whether it can be typed into.")
    ending: TerminalEnding | None = strawberry.field(description="What closed it; null while it is open.")
    exit_code: int | None = strawberry.field(
        description="Its program's exit code, 0 to 255; null while it runs, and where a signal ended it or nobody saw."
    )
    signal: int | None = strawberry.field(description="The number of the signal that ended its program, if one did.")
    reason: str | None = strawberry.field(description="What closed it, in words for a person; null while it is open.")
    last_sequence: int = strawberry.field(description="The number of its last chunk of output so far; 0 for none.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    closed_at: datetime | None = strawberry.field(description="When it was closed.")

    @classmethod
    def from_record(cls, record: TerminalRecord) -> Self:
        """The terminal that `record` describes."""
        return cls(
            id=to_global_id("Terminal", record.id),
            sandbox_id=to_global_id("Sandbox", record.sandbox_id),
            project_id=to_global_id("Project" if record.has_project else "Sandbox", record.project_id),
            command=list(record.command),
            columns=record.columns,
            rows=record.rows,
            status=record.status,
            ending=record.ending,
            exit_code=record.exit_code,
            signal=record.signal,
            reason=record.reason,
            last_sequence=record.last_sequence,
            created_at=record.created_at,
            closed_at=record.closed_at,
        )


@strawberry.type(
    description=(
        "The next output of a terminal, escape sequences included: in `text`, or in `base64` where its bytes are not "
        "UTF-8; never in both. It holds the chunks of its range, all of them."
    )
)
class TerminalOutput:
    """Output on the wire."""

    first_sequence: int = strawberry.field(description="The number of the first chunk in it: 1, 2, 3… for a terminal.")
    last_sequence: int = strawberry.field(
        description="The number of the last chunk in it: pass it as `after` to resume behind this output."
    )
    text: str | None = strawberry.field(description="The output, where it is UTF-8. A character is never split.")
    base64: str | None = strawberry.field(description="The bytes in base64, where they are not UTF-8.")
    at: datetime = strawberry.field(description="When the server read the last of it.")

    @classmethod
    def from_record(cls, output: records.TerminalOutput) -> Self:
        """The output that the record holds; text wherever its bytes are UTF-8."""
        try:
            text, encoded = output.data.decode(), None
        except UnicodeDecodeError:
            text, encoded = None, base64.b64encode(output.data).decode()
        return cls(first_sequence=output.first, last_sequence=output.last, text=text, base64=encoded, at=output.at)


@strawberry.type(
    description=(
        "Output that is no longer kept: the chunks of this range will not come. Clear the screen; what follows begins "
        "with a line or an escape sequence where that can be told. Giving the terminal another size has programs that "
        "fill the screen draw it anew."
    )
)
class TerminalGap:
    """A gap in the kept output, on the wire."""

    first_sequence: int = strawberry.field(description="The number of the first missing chunk.")
    last_sequence: int = strawberry.field(description="The number of the last missing chunk.")


@strawberry.type(description="The end of the stream, sent exactly once, behind all output.")
class TerminalClosed:
    """The terminal event on the wire."""

    terminal: Terminal = strawberry.field(description="The terminal as it ended.")
    last_sequence: int = strawberry.field(description="The number of its last chunk; 0 for no output.")


TerminalEvent = Annotated[
    TerminalOutput | TerminalGap | TerminalClosed,
    strawberry.union(
        "TerminalEvent",
        description="What `terminalOutput` streams: output, gaps for what is not kept, then one `TerminalClosed`.",
    ),
]


def terminal_event(event: records.TerminalEvent) -> TerminalOutput | TerminalGap | TerminalClosed:
    """The event on the wire that the room's becomes."""
    match event:
        case records.TerminalOutput():
            return TerminalOutput.from_record(event)
        case records.TerminalGap():
            return TerminalGap(first_sequence=event.first, last_sequence=event.last)
        case records.TerminalClosed():
            return TerminalClosed(terminal=Terminal.from_record(event.record), last_sequence=event.last_sequence)
