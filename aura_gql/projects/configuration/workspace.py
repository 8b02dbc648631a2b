"""A template's files while a configuration changes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileChanges:
    """What came of it: new bytes by path, paths that are gone, and for a file that moved its old path by the new."""

    written: Mapping[str, bytes] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)


class Workspace:
    """The text files, to read and write, and the names of all; nothing outside the process is touched."""

    def __init__(self, files: Mapping[str, bytes], paths: Iterable[str] = ()) -> None:
        """`paths` names files, too large or no text, that exist although nobody may look into them."""
        self._before: dict[str, str] = {}
        for path, data in files.items():
            try:
                self._before[path] = data.decode()
            except UnicodeDecodeError:
                continue
        self._all_before = frozenset(files) | frozenset(paths)
        self._texts = dict(self._before)
        self._others = set(self._all_before - self._before.keys())
        self._renamed: dict[str, str] = {}

    def paths(self) -> list[str]:
        """Every file there is now, sorted."""
        return sorted(self._others | self._texts.keys())

    def texts(self) -> list[str]:
        """The files that can be read, sorted."""
        return sorted(self._texts)

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._texts or path in self._others

    def read(self, path: str) -> str | None:
        """The text of a file; None where there is none, or no text."""
        return self._texts.get(path)

    def write(self, path: str, text: str) -> None:
        """Add or replace a file."""
        self._others.discard(path)
        self._texts[path] = text

    def remove(self, path: str) -> None:
        """Take a file away, if it is there."""
        self._others.discard(path)
        self._texts.pop(path, None)
        self._renamed.pop(path, None)

    def rename(self, old: str, new: str) -> None:
        """Move a text file."""
        self._texts[new] = self._texts.pop(old)
        self._renamed[new] = self._renamed.pop(old, old)

    def changes(self) -> FileChanges:
        """What differs from the beginning."""
        return FileChanges(
            written={path: text.encode() for path, text in self._texts.items() if self._before.get(path) != text},
            removed=frozenset(self._all_before.difference(self.paths())),
            renamed=dict(self._renamed),
        )
