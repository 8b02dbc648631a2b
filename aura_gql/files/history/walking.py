"""The past of one file, newest first, back over its moves."""

from dataclasses import dataclass

from bson import ObjectId

from aura_gql.files.errors import InvalidPath
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.paths import clean_path
from aura_gql.files.records import VersionKind, VersionRecord
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import Page, PageRequest, decode_cursor, encode_cursor

_MOST_MOVES = 100
_LARGEST = 2**31


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to read on: at this version of a path, or at its newest."""

    path: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class FileWalk:
    """The versions of the file that is, or was last, at a clean `path`.

    It goes on from where a file came to be there by a move with the path that it had before, unless it `follows_moves`
    no further; then it is all that ever was at this path.
    """

    project_id: ObjectId
    path: str
    follows_moves: bool = True

    async def page(self, page: PageRequest) -> Page[VersionRecord]:
        """A page of versions; InvalidInput on `after` for a cursor of another list."""
        wanted, found = page.first + 1, list[VersionRecord]()
        place: _Place | None = _Place(self.path)
        if page.after is not None:
            last = await self._read(_place_of(page.after), 1)
            place = self._behind(last[0]) if last else None
        moves = 0
        while place is not None and len(found) < wanted and moves < _MOST_MOVES:
            read = await self._read(place, wanted - len(found))
            found += self._up_to_move(read)
            place = self._behind(found[-1]) if read else None
            moves += 1
        return Page(
            items=found[: page.first],
            cursors=[encode_cursor(each.file.path, each.file.version) for each in found[: page.first]],
            has_next=len(found) > page.first,
            has_previous=page.after is not None,
            count=self.count,
        )

    async def count(self) -> int:
        """How many versions there are, back over at most 100 moves."""
        counted, place = 0, _Place(self.path)
        for _ in range(_MOST_MOVES):
            move = await self._last_move(place)
            since = move.file.version if move else 1
            counted += await FileVersionDocument.count_from(self.project_id, place.path, since, place.version)
            if move is None or move.from_path is None:
                break
            place = _Place(move.from_path, move.from_version)
        return counted

    async def _read(self, place: _Place, limit: int) -> list[VersionRecord]:
        return await FileVersionDocument.find_back(self.project_id, place.path, place.version, limit)

    async def _last_move(self, place: _Place) -> VersionRecord | None:
        if not self.follows_moves:
            return None
        return await FileVersionDocument.find_last_move(self.project_id, place.path, place.version)

    def _is_move(self, version: VersionRecord) -> bool:
        return self.follows_moves and version.kind is VersionKind.MOVED and version.from_path is not None

    def _up_to_move(self, versions: list[VersionRecord]) -> list[VersionRecord]:
        for index, version in enumerate(versions):
            if self._is_move(version):
                return versions[: index + 1]
        return versions

    def _behind(self, version: VersionRecord) -> _Place | None:
        if self._is_move(version) and version.from_path is not None:
            return _Place(version.from_path, version.from_version)
        return _Place(version.file.path, version.file.version - 1) if version.file.version > 1 else None


def _place_of(cursor: str) -> _Place:
    path, version = decode_cursor(cursor, (str, int))
    try:
        return _Place(clean_path(str(path)), max(0, min(int(version), _LARGEST)))
    except InvalidPath as error:
        raise InvalidInput("`after` is not a cursor of this list.", field=("after",)) from error
