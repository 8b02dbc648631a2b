"""Checking what a user asks to open."""

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.checks import folder_in_project, require_text, require_window
from aura_gql.sandboxes.values import TerminalSpec
from aura_gql.terminals.records import TerminalLimits, TerminalRequest

MAX_ARGUMENTS = 64


def spec_of(request: TerminalRequest, limits: TerminalLimits) -> TerminalSpec:
    """What to open on the machine; InvalidInput."""
    require_window(request.columns, request.rows)
    if len(request.command) > MAX_ARGUMENTS:
        raise InvalidInput(f"`command` may have at most {MAX_ARGUMENTS} entries.", field=("command",))
    require_text("command", request.command, limits.max_command_bytes)
    cwd = folder_in_project(request.cwd)
    if not request.command:
        return TerminalSpec(cwd=cwd, columns=request.columns, rows=request.rows)
    if not request.command[0]:
        raise InvalidInput("`command` begins with the name of a program.", field=("command",))
    return TerminalSpec(argv=request.command, cwd=cwd, columns=request.columns, rows=request.rows)


def fingerprint(request: TerminalRequest) -> dict[str, object]:
    """What makes two requests the same one, as JSON-able values."""
    return {
        "sandboxId": str(request.sandbox_id),
        "command": list(request.command),
        "cwd": request.cwd,
        "columns": request.columns,
        "rows": request.rows,
    }
