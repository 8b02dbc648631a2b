"""What is known of a project folder's entries, and of the watches on its folders."""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass

from aura_gql.sandboxes.providers.local.inotify import Inotify
from aura_gql.sandboxes.providers.local.walk import kind_of
from aura_gql.sandboxes.values import FileKind

# A file written again within the same tick of an older kernel's clock, with as many bytes, looks as it did before.
_TICK_NS = 20_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What tells one state of an entry from another. `is_fresh` was written just when it was looked at."""

    kind: FileKind
    inode: int
    size: int
    modified_ns: int
    executable: bool
    is_fresh: bool

    @classmethod
    def of(cls, status: os.stat_result) -> "Entry":
        """The entry that has this status."""
        kind = kind_of(status)
        if kind is FileKind.FOLDER:
            return cls(kind, status.st_ino, 0, 0, False, False)
        is_file = kind is FileKind.FILE
        executable = is_file and bool(status.st_mode & stat.S_IXUSR)
        is_fresh = abs(time.time_ns() - status.st_mtime_ns) < _TICK_NS
        size = status.st_size if is_file else 0
        return cls(kind, status.st_ino, size, status.st_mtime_ns, executable, is_fresh)

    def is_same(self, other: "Entry") -> bool:
        """Whether nothing tells them apart."""
        return self.state == other.state

    @property
    def state(self) -> tuple[object, ...]:
        """What would differ after a change."""
        return self.kind, self.inode, self.size, self.modified_ns, self.executable


class KnownTree:
    """Entries by path, folders with what is in them, and watches by folder. The project folder itself is ``""``."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._children: dict[str, set[str]] = {"": set()}

    def put(self, path: str, entry: Entry) -> None:
        """Know an entry; its folder is known already."""
        folder, name = split(path)
        self.entries[path] = entry
        self._children.setdefault(folder, set()).add(name)
        if entry.kind is FileKind.FOLDER:
            self._children.setdefault(path, set())

    def names_in(self, folder: str) -> set[str]:
        """The names that are known in a folder."""
        return self._children.get(folder, set())

    def below(self, path: str) -> Iterator[str]:
        """Every known path below, each folder behind what is in it, and then the path itself."""
        for name in sorted(self.names_in(path)):
            yield from self.below(join(path, name))
        yield path

    def take_out(self, path: str) -> list[tuple[str, Entry]]:
        """Forget a path and what is below it; what that was, each folder behind what was in it."""
        gone = [(each, self.entries.pop(each)) for each in self.below(path) if each in self.entries]
        for each, _ in gone:
            self._children.pop(each, None)
        folder, name = split(path)
        self.names_in(folder).discard(name)
        return gone

    def move(self, source: str, target: str) -> None:
        """Know under another path what is known under `source`, with all below it."""
        for path, entry in reversed(self.take_out(source)):
            self.put(target + path.removeprefix(source), entry)


class FolderWatches:
    """Which watch is on which folder."""

    def __init__(self, inotify: Inotify) -> None:
        self._inotify = inotify
        self._paths: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: str) -> bool:
        return path in self._numbers

    def add(self, path: str, folder: int) -> None:
        """Watch the open folder that is at a path. Raises OSError."""
        number = self._inotify.watch(folder)
        before = self._paths.get(number)
        if before is not None and self._numbers.get(before) == number:
            del self._numbers[before]
        self._paths[number] = path
        self._numbers[path] = number

    def path_of(self, number: int) -> str | None:
        """Where the folder of a watch is, as far as is known."""
        return self._paths.get(number)

    def ended(self, number: int) -> None:
        """The kernel has ended a watch."""
        path = self._paths.pop(number, None)
        if path is not None and self._numbers.get(path) == number:
            del self._numbers[path]

    def drop(self, path: str) -> None:
        """Watch a folder no longer."""
        number = self._numbers.pop(path, None)
        if number is not None and self._paths.get(number) == path:
            del self._paths[number]
            self._inotify.forget(number)

    def move(self, source: str, target: str) -> None:
        """Folders at and below `source` are now at `target`."""
        moved = [path for path in self._numbers if path == source or path.startswith(f"{source}/")]
        numbers = {target + path.removeprefix(source): self._numbers.pop(path) for path in moved}
        for path, number in numbers.items():
            self.drop(path)
            self._numbers[path] = number
            self._paths[number] = path


def join(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return f"{folder}/{name}" if folder else name


def split(path: str) -> tuple[str, str]:
    """The folder of a path, and the name in it."""
    folder, _, name = path.rpartition("/")
    return folder, name
