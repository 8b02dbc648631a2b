"""The files that a project starts with, made ready to be stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from aura_gql.files.limits import FileLimits
from aura_gql.files.paths import check_beside, clean_path, path_key
from aura_gql.files.records import StorageTotals
from aura_gql.kernel.languages import is_binary
from aura_gql.projects.ports import NewFile
from aura_gql.storage.ports import BlobKey, BlobStore

_BLOBS_AT_ONCE = 8
_NOTHING = StorageTotals(0, 0)


@dataclass(frozen=True, slots=True)
class StartingFile:
    """A file whose bytes are safely in the blob store; `size` in bytes."""

    path: str
    blob: BlobKey
    size: int
    executable: bool
    is_binary: bool


async def keep_files(blobs: BlobStore, scope: str, files: Sequence[NewFile], limits: FileLimits) -> list[StartingFile]:
    """The files, in order of path key, with the bytes of those that bring any kept in `scope`; no others are looked at.

    InvalidPath, PathClash, FileTooLarge, TooManyFiles or ProjectTooLarge before anything is kept.
    """
    ordered = _checked(files, limits)
    slots = asyncio.Semaphore(_BLOBS_AT_ONCE)

    async def keep(path: str, file: NewFile) -> StartingFile:
        if isinstance(file.content, BlobKey):
            return StartingFile(path, file.content, file.size, file.executable, file.is_binary)
        async with slots:
            blob = await blobs.put(scope, file.content)
        return StartingFile(path, blob, len(file.content), file.executable, is_binary(file.content))

    try:
        async with asyncio.TaskGroup() as group:
            kept = [group.create_task(keep(path, file)) for path, file in ordered]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return [task.result() for task in kept]


def totals_of(files: Sequence[StartingFile]) -> StorageTotals:
    """What the files come to."""
    return StorageTotals(len(files), sum(file.size for file in files))


def _checked(files: Sequence[NewFile], limits: FileLimits) -> list[tuple[str, NewFile]]:
    ordered = sorted(((clean_path(file.path, ()), file) for file in files), key=lambda item: path_key(item[0]))
    for (path, _), (following, _) in pairwise(ordered):
        check_beside(following, [path], ())
    for path, file in ordered:
        limits.check_file(path, file.size)
    limits.check_totals(_NOTHING, StorageTotals(len(ordered), sum(file.size for _, file in ordered)))
    return ordered
