"""The files of a project while operations are being planned: those that are there, and what has been done to them."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.paths import check_beside, path_key
from aura_gql.files.ports import Content
from aura_gql.files.records import FileRecord
from aura_gql.files.writing.operations import StoredContent
from aura_gql.storage.ports import BlobKey

NOTHING = StoredContent(BlobKey("", ""), 0, False)
"""The content of a folder."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at a path. `origin` is the file of the project that it was or has been moved from, None for one that
    the operations have made; `is_touched` once an operation has done something to it.
    """

    path: str
    entry: EntryKind
    content: Content | StoredContent
    executable: bool
    origin: FileRecord | None
    is_touched: bool

    @property
    def place(self) -> str:
        """The path, with a `/` behind that of a folder."""
        return f"{self.path}/" if self.entry is EntryKind.FOLDER else self.path


class WorkingTree:
    """Paths and what stands at them. Nothing here asks the database."""

    def __init__(self, records: Iterable[FileRecord]) -> None:
        """`records` are those of one project that the operations can meet: see `drafts.make_draft`."""
        self.before = {record.path: record for record in records}
        self.touched: dict[str, Standing | None] = {}
        """What now stands at each path at which something was done."""
        self._keys = sorted((path_key(record.place), record.path) for record in self.before.values())

    def at(self, path: str) -> Standing | None:
        """What now stands at a path."""
        if path in self.touched:
            return self.touched[path]
        record = self.before.get(path)
        return None if record is None else _standing(record)

    def within(self, folder: str) -> list[Standing]:
        """All that is in a folder, with the folder itself where it is kept, in order of key: a folder comes before what
        is in it. Empty where there is no such folder.
        """
        found: list[Standing] = []
        inside = path_key(f"{folder}/")
        for key, path in self._keys[bisect_left(self._keys, (inside, "")) :]:
            if not key.startswith(inside):
                break
            standing = self.at(path)
            if standing is not None and standing.place.startswith(f"{folder}/"):
                found.append(standing)
        return found

    def put(self, standing: Standing, field: str = "path") -> None:
        """Have `standing` at its path, in the place of what is there. PathClash on `field` where it can't stand beside
        the others.
        """
        present = self.at(standing.path)
        if present is None or present.entry is not standing.entry:
            key = (path_key(standing.place), standing.path)
            place = bisect_left(self._keys, key)
            near = (self.at(path) for _, path in self._keys[max(place - 1, 0) : place + 1])
            check_beside(standing.place, [other.place for other in near if other is not None], (field,))
            insort(self._keys, key)
        self.touched[standing.path] = standing

    def remove(self, standing: Standing) -> None:
        """Have nothing at the path of what stands there."""
        del self._keys[bisect_left(self._keys, (path_key(standing.place), standing.path))]
        self.touched[standing.path] = None


def _standing(record: FileRecord) -> Standing:
    content = StoredContent(BlobKey(record.scope, record.sha256), record.size, record.is_binary)
    return Standing(record.path, record.entry, content, record.executable, record, is_touched=False)
