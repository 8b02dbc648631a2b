"""What a project has room for, and which new paths can stand beside those that it has."""

from collections.abc import Iterable, Sequence

from aura_gql.files.errors import InvalidPath, PathClash
from aura_gql.files.limits import FileLimits
from aura_gql.files.paths import check_beside, clean_path, path_key
from aura_gql.files.records import FileRecord


class Room:
    """What a project has room for yet, while files are taken from a sandbox."""

    def __init__(self, limits: FileLimits, now: Iterable[FileRecord]) -> None:
        records = list(now)
        self._limits = limits
        self._files = len(records)
        self._bytes = sum(record.size for record in records)
        self._held = 0

    def refusal(self, ours: FileRecord | None, size: int) -> str | None:
        """Why a file of so many bytes has no place in the project, if so. `ours` is what it takes the place of."""
        if ours is None and self._files >= self._limits.max_files:
            return f"The project would have more than {self._limits.max_files:,} files."
        grown = size - (ours.size if ours else 0)
        most = self._limits.max_project_bytes
        if (grown > 0 and self._bytes + grown > most) or self._held + size > most:
            return f"The project's files would have more than {most:,} bytes together."
        return None

    def take(self, ours: FileRecord | None, size: int) -> None:
        """Count a file that is to be saved, and that is held in memory until then."""
        self._files += ours is None
        self._bytes += size - (ours.size if ours else 0)
        self._held += size

    def give_back(self, ours: FileRecord) -> None:
        """Count a file that is to be removed."""
        self._files -= 1
        self._bytes -= ours.size


def broken_rule(path: str) -> str | None:
    """Why a project can't have a file at this path, if so."""
    try:
        clean = clean_path(path)
    except InvalidPath as error:
        return error.message
    return None if clean == path else "Its name is not in Unicode's normal form C."


def clashes(new: Sequence[str], present: Iterable[str]) -> list[tuple[str, str]]:
    """Those of the new paths that can't stand beside the present ones, or beside new ones before them, and why: one
    folder in the place of a file makes them many at once.
    """
    there = set(present)
    order = sorted([*there, *new], key=lambda path: (path_key(path), path))
    behind: dict[str, str] = {}
    following: str | None = None
    for path in reversed(order):
        if path in there:
            following = path
        elif following is not None:
            behind[path] = following
    found: list[tuple[str, str]] = []
    before: list[str] = []
    for path in order:
        if path not in there:
            try:
                check_beside(path, [*before, *([behind[path]] if path in behind else [])])
            except PathClash as error:
                found.append((path, error.message))
                continue
        before = [path]
    return found
