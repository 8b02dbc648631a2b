"""Checking what a user asks to open."""

import posixpath
from collections.abc import Sequence

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.checks import require_window
from aura_gql.sandboxes.values import TerminalSpec
from aura_gql.terminals.records import TerminalLimits, TerminalRequest

MAX_ARGUMENTS = 64


def spec_of(request: TerminalRequest, limits: TerminalLimits) -> TerminalSpec:
    """What to open on the machine; InvalidInput."""
    require_window(request.columns, request.rows)
    if len(request.command) > MAX_ARGUMENTS:
        raise InvalidInput(f"`command` may have at most {MAX_ARGUMENTS} entries.", field=("command",))
    _check_texts("command", request.command, limits.max_command_bytes)
    _check_texts("cwd", [request.cwd], limits.max_cwd_bytes)
    cwd = posixpath.normpath(request.cwd or ".")
    if cwd.startswith(("/", "../")) or cwd == "..":
        raise InvalidInput("`cwd` is a folder in the project, relative to its root.", field=("cwd",))
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


def _check_texts(name: str, texts: Sequence[str], max_bytes: int) -> None:
    try:
        size = sum(len(text.encode()) for text in texts)
    except UnicodeEncodeError:
        raise InvalidInput(f"`{name}` has a lone surrogate, which is no character.", field=(name,)) from None
    if size > max_bytes:
        raise InvalidInput(f"`{name}` may have at most {max_bytes} bytes; it has {size}.", field=(name,))
    if any("\0" in text for text in texts):
        raise InvalidInput(f"`{name}` may not contain NUL.", field=(name,))
