"""What clients send about terminals."""

import strawberry
from bson import ObjectId

from aura_gql.graph.byte_inputs import given_bytes
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import key_description
from aura_gql.terminals.records import TerminalRequest

_COLUMNS = "How many columns it has, 1 to 1000."
_ROWS = "How many rows it has, 1 to 1000."


@strawberry.input(description="What to open with `openTerminal`.")
class OpenTerminalInput:
    """A wish for a terminal."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox; one that still starts is waited for.")
    command: list[str] | None = strawberry.field(
        default=None,
        description=(
            "A program and its arguments, at most 64 of at most 16 KiB in all; a login shell, `bash`, where left out."
        ),
    )
    cwd: str = strawberry.field(default=".", description="The folder to begin in, relative to the project folder.")
    columns: int = strawberry.field(default=80, description=_COLUMNS)
    rows: int = strawberry.field(default=24, description=_ROWS)
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("the first terminal", "opening two")
    )

    def to_request(self) -> TerminalRequest:
        """The request for the service; InvalidInput on `sandboxId`."""
        return TerminalRequest(
            sandbox_id=object_id(self.sandbox_id, "Sandbox", ("sandboxId",)),
            command=tuple(self.command or ()),
            cwd=self.cwd,
            columns=self.columns,
            rows=self.rows,
        )


@strawberry.input(description="What to type with `writeTerminal`: exactly one of `text` and `base64`, 64 KiB at most.")
class WriteTerminalInput:
    """Keys."""

    terminal_id: strawberry.ID = strawberry.field(description="The terminal.")
    text: str | None = strawberry.field(
        default=None,
        description="Text as a keyboard sends it: `\\r` is Enter, `\\u0003` Ctrl-C, `\\u001b[A` cursor up.",
    )
    base64: str | None = strawberry.field(default=None, description="Bytes that are not UTF-8, in base64.")

    def to_bytes(self) -> bytes:
        """What to type; InvalidInput on `text` or `base64`."""
        return given_bytes(self.text, self.base64, "text")


@strawberry.input(description="How large a terminal becomes with `resizeTerminal`.")
class ResizeTerminalInput:
    """A new size."""

    terminal_id: strawberry.ID = strawberry.field(description="The terminal.")
    columns: int = strawberry.field(description=_COLUMNS)
    rows: int = strawberry.field(description=_ROWS)


@strawberry.input(description="Which terminal to end with `closeTerminal`.")
class CloseTerminalInput:
    """A terminal to close."""

    terminal_id: strawberry.ID = strawberry.field(description="The terminal.")


def terminal_key(terminal_id: strawberry.ID) -> ObjectId:
    """The key of the terminal that an input names; InvalidInput on `terminalId`."""
    return object_id(terminal_id, "Terminal", ("terminalId",))
