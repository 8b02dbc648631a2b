"""What makes a project's files those of an archive."""

import hashlib
import io
from dataclasses import replace

from bson import ObjectId

from aura_gql.files.archives.records import RestoreMode
from aura_gql.files.archives.unpacking import PATH_RULES, Unpacker, known_contents, operations_of
from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord
from aura_gql.files.writing.operations import DeletePath, PutFile, PutFolder, StoredContent
from aura_gql.kernel.clock import utcnow
from aura_gql.storage.archives.inspection import inspect
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.spooling import Spools
from tests.files.archives.room import ArchiveRoom
from tests.support.hostile_archives import zip_of

LIMITS = ArchiveLimits(max_file_bytes=3_000_000)
FOUND = inspect(io.BytesIO(zip_of(("d/", b""), ("d/a", b"a"), ("b", b"b"), mode=0)), LIMITS, PATH_RULES)


def record(path: str, data: bytes = b"", entry: EntryKind = EntryKind.FILE) -> FileRecord:
    digest = "" if entry is EntryKind.FOLDER else hashlib.sha256(data).hexdigest()
    now = utcnow()
    return FileRecord(ObjectId(), path, 1, 1, digest, len(data), False, "templates", "x", False, now, "ada", entry)


def test_known_bytes_stay_where_they_are() -> None:
    known = known_contents([record("x", b"a"), record("f", entry=EntryKind.FOLDER)])
    digest = hashlib.sha256(b"a").hexdigest()
    assert known == {digest: StoredContent(BlobKey("templates", digest), 1, False)}


def test_replacing_removes_what_is_not_in_it_from_the_inside_out() -> None:
    stored = {
        checked.sha256: StoredContent(BlobKey("s", checked.sha256), 1, False)
        for checked in FOUND.entries
        if checked.sha256
    }
    kept = record("gone", entry=EntryKind.FOLDER)
    present = [kept, record("gone/x"), record("b"), record("d"), replace(record("d/a"), entry=EntryKind.FOLDER)]
    puts = operations_of(FOUND, stored, present, RestoreMode.MERGE)
    assert [(type(each), each.path) for each in puts] == [(PutFolder, "d"), (PutFile, "d/a"), (PutFile, "b")]
    every = operations_of(FOUND, stored, present, RestoreMode.REPLACE)
    assert every[4:] == puts
    assert [each.path for each in every[:4] if isinstance(each, DeletePath)] == ["gone/x", "gone", "d/a", "d"]


async def test_every_file_is_put_once_large_ones_by_the_disk(room: ArchiveRoom) -> None:
    large = bytes(2_000_000)
    members = [("large", large), *((f"{number}", b"%d" % (number % 7)) for number in range(30)), ("again", large)]
    with Spools(room.folder).open() as spool:
        spool.file.write(zip_of(*members, packed=True))
        found = inspect(spool.file, replace(LIMITS, max_ratio=None), PATH_RULES)
        known = known_contents([record("0", b"0")])
        stored = await Unpacker(room.world.blobs, Spools(room.folder)).keep(spool, found, LIMITS, "projects/x", known)
    assert {key.sha256 async for key in room.world.blobs.keys("projects/x")} == stored.keys() - known.keys()
    assert len(stored) == 8
    for content in stored.values():
        if content.blob.scope != "templates":
            assert len(await room.world.blobs.get(content.blob)) == content.size
