from pathlib import Path

import pytest

from aura_gql.files.errors import FileTooLarge, InvalidPath, PathClash, ProjectTooLarge, TooManyFiles
from aura_gql.files.limits import FileLimits
from aura_gql.files.records import StorageTotals
from aura_gql.files.starting import keep_files, totals_of
from aura_gql.kernel.errors import DomainError
from aura_gql.projects.ports import NewFile
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.ports import BlobKey

LIMITS = FileLimits(max_file_bytes=10, max_files=3, max_project_bytes=20)
SCOPE = "projects/1"


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path)


def new(path: str, data: bytes = b"x") -> NewFile:
    return NewFile(path, data, len(data))


async def test_bytes_are_kept_and_references_left_where_they_are(blobs: LocalBlobStore) -> None:
    shared = await blobs.put("templates", b"\0\1\2")
    reference = NewFile("a/run", shared, 3, executable=True, is_binary=True)
    kept = await keep_files(blobs, SCOPE, [new("b", b"text"), reference], LIMITS)
    assert [(file.path, file.size, file.executable, file.is_binary) for file in kept] == [
        ("a/run", 3, True, True),
        ("b", 4, False, False),
    ]
    assert kept[0].blob == shared
    assert await blobs.get(kept[1].blob) == b"text"
    assert [key async for key in blobs.keys(SCOPE)] == [kept[1].blob]
    assert totals_of(kept) == StorageTotals(2, 7)


async def test_a_reference_is_believed(blobs: LocalBlobStore) -> None:
    nowhere = BlobKey("templates", "0" * 64)
    [kept] = await keep_files(blobs, SCOPE, [NewFile("a", nowhere, 1)], LIMITS)
    assert (kept.blob, kept.size, kept.is_binary) == (nowhere, 1, False)


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ([new("../a")], InvalidPath),
        ([new("a"), new("a")], PathClash),
        ([new("b"), new("A/x"), new("a")], PathClash),
        ([new("src/x"), new("Src/y")], PathClash),
        ([new("a", b"x" * 11)], FileTooLarge),
        ([new(name) for name in "abcd"], TooManyFiles),
        ([new(name, b"x" * 10) for name in "abc"], ProjectTooLarge),
    ],
)
async def test_nothing_is_kept_where_one_file_is_wrong(
    blobs: LocalBlobStore, files: list[NewFile], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        await keep_files(blobs, SCOPE, files, LIMITS)
    assert [key async for key in blobs.keys(SCOPE)] == []
