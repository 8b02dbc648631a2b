"""Which of a template's files is its README, and what is shown of it."""

from collections.abc import Iterable
from typing import Final

MAX_README_BYTES: Final = 64 * 1024

_SUFFIXES: Final = (".md", ".markdown", ".mdx", ".rst", ".txt", "")
_NAMES: Final = {f"readme{suffix}": rank for rank, suffix in enumerate(_SUFFIXES)}


def readme_path_of(paths: Iterable[str]) -> str | None:
    """The README at the root, Markdown before other text, whatever the case of its name; None where there is none."""
    found = [path for path in paths if path.casefold() in _NAMES]
    return min(found, key=lambda path: (_NAMES[path.casefold()], path), default=None)


def readme_text(data: bytes) -> str:
    """The first 64 KiB of a README, without half a character."""
    return data[:MAX_README_BYTES].decode(errors="ignore")
