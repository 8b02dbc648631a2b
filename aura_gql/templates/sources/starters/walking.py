"""The files of a repository's archive, by the folder of its root that they lie in."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import IO

from aura_gql.storage.archives.reading import read_archive
from aura_gql.storage.archives.values import ArchiveLimits, Entry, PathRules
from aura_gql.templates.errors import TemplateSourceRefused


@dataclass(frozen=True, slots=True)
class Member:
    """A file at `path` of a folder; its bytes are read before the next member is asked for, or are passed over."""

    path: str
    size: int
    executable: bool
    data: Iterator[bytes]


def folders(file: IO[bytes], limits: ArchiveLimits, rules: PathRules) -> Iterator[tuple[str, Iterator[Member]]]:
    """Each folder of the repository's root with the files below it; files in the root itself are passed over. Blocks.

    ArchiveRefused, at the latest at the entry that breaks a rule; TemplateSourceRefused for a layout that no archive of
    a repository has: one folder is about everything, and what lies in a folder of the root comes in one stretch.
    """
    seen: set[str] = set()
    for folder, members in groupby(_members(file, limits, rules), key=lambda found: found[0]):
        if folder in seen:
            raise TemplateSourceRefused(f"The files of `{folder}` do not lie together in the archive.")
        seen.add(folder)
        yield folder, (member for _, member in members)


def _members(file: IO[bytes], limits: ArchiveLimits, rules: PathRules) -> Iterator[tuple[str, Member]]:
    top: str | None = None
    for entry, data in read_archive(file, limits, rules):
        first, _, inside = entry.path.partition("/")
        top = first if top is None else top
        if first != top or (not inside and not entry.is_folder):
            raise TemplateSourceRefused("Not everything in the archive lies in one folder, as in that of a repository.")
        folder, _, path = inside.partition("/")
        if path and not entry.is_folder:
            yield folder, _member(path, entry, data)


def _member(path: str, entry: Entry, data: Iterator[bytes]) -> Member:
    return Member(path, entry.size, entry.executable, data)
