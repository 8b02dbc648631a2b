"""What changed between two revisions of a project, file by file."""

from collections.abc import Collection, Mapping, Sequence

from bson import ObjectId

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.history.records import FilePair
from aura_gql.files.records import FileRecord, VersionRecord

_MOST_MOVES = 20

Tree = Mapping[str, FileRecord]


async def changed_files(project_id: ObjectId, old: Tree, new: Tree, first: int, last: int) -> list[FilePair]:
    """The files that differ between the trees of two revisions, `first` the older, by the path that they have now or
    had last. A file that was moved meanwhile, up to 20 times, is one pair.
    """
    before, behind = _files_of(old), _files_of(new)
    came, gone = behind.keys() - before.keys(), before.keys() - behind.keys()
    origins = await _origins(project_id, came, first, last) if came and gone else {}
    pairs, moved = [], set[str]()
    for path in sorted(behind):
        origin = before.get(path)
        if origin is None and (from_path := origins.get(path)) in gone:
            origin = before[from_path]
            moved.add(from_path)
        pairs.append(FilePair(origin, behind[path]))
    pairs += [FilePair(before[path], None) for path in gone - moved]
    return sorted((pair for pair in pairs if pair.kind is not None), key=lambda pair: pair.path)


def _files_of(tree: Tree) -> dict[str, FileRecord]:
    return {path: file for path, file in tree.items() if file.entry is EntryKind.FILE}


async def _origins(project_id: ObjectId, paths: Collection[str], first: int, last: int) -> dict[str, str]:
    """Where the files at `paths` were at the revision `first`, those of them that came by moves behind it."""
    origins: dict[str, str] = {}
    # For each path that is asked for: the path that it has been followed back to, and the version that it had there.
    ends: dict[str, tuple[str, int | None]] = {path: (path, None) for path in paths}
    for _ in range(_MOST_MOVES):
        arrivals = await FileVersionDocument.find_arrivals(project_id, {at for at, _ in ends.values()}, first, last)
        followed: dict[str, tuple[str, int | None]] = {}
        for path, (at, version) in ends.items():
            arrival = _last_before(arrivals.get(at, ()), version)
            if arrival is None:
                continue
            if arrival.from_path is None:  # It was made there meanwhile, whatever was there at `first`.
                origins.pop(path, None)
                continue
            origins[path] = arrival.from_path
            followed[path] = (arrival.from_path, arrival.from_version)
        if not followed:
            break
        ends = followed
    else:
        for path in ends:  # Where these began is not known.
            origins.pop(path, None)
    return origins


def _last_before(arrivals: Sequence[VersionRecord], version: int | None) -> VersionRecord | None:
    """How the file came that had this version of the path, None for the newest; arrivals come newest first."""
    return next((each for each in arrivals if version is None or each.file.version <= version), None)
