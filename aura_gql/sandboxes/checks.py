"""What is refused alike, by every provider and in every room that runs something."""

import posixpath
from collections.abc import Sequence

from aura_gql.kernel.errors import InvalidInput

HIGHEST_SIGNAL = 31
MAX_WINDOW = 1000
MAX_CWD_BYTES = 1024


def require_signal(number: int) -> None:
    """InvalidInput unless it is one of the classic signals: those for real time mean something to one program alone."""
    if not 1 <= number <= HIGHEST_SIGNAL:
        raise InvalidInput(f"A signal is a number from 1 to {HIGHEST_SIGNAL}.", field=("signal",))


def require_window(columns: int, rows: int) -> None:
    """InvalidInput unless a terminal can have so many columns and rows."""
    for name, size in (("columns", columns), ("rows", rows)):
        if not 1 <= size <= MAX_WINDOW:
            raise InvalidInput(f"A terminal has 1 to {MAX_WINDOW} {name}.", field=(name,))


def require_text(
    name: str, texts: Sequence[str], max_bytes: int, *, allow_nul: bool = False, label: str | None = None
) -> None:
    """InvalidInput on the field `name` unless the texts are UTF-8 of at most `max_bytes` together, without NUL unless
    that is allowed. `label` is what the message calls them.
    """
    label = label or f"`{name}`"
    try:
        size = sum(len(text.encode()) for text in texts)
    except UnicodeEncodeError:
        raise InvalidInput(f"{label} has a lone surrogate, which is no character.", field=(name,)) from None
    if size > max_bytes:
        raise InvalidInput(f"{label} may have at most {max_bytes} bytes; it has {size}.", field=(name,))
    if not allow_nul and any("\0" in text for text in texts):
        raise InvalidInput(f"{label} may not contain NUL.", field=(name,))


def folder_in_project(cwd: str) -> str:
    """The folder to begin in, in its shortest form: `.` for the project folder itself. InvalidInput on `cwd`."""
    require_text("cwd", [cwd], MAX_CWD_BYTES)
    folder = posixpath.normpath(cwd or ".")
    if folder.startswith(("/", "../")) or folder == "..":
        raise InvalidInput("`cwd` is a folder in the project, relative to its root.", field=("cwd",))
    return folder
