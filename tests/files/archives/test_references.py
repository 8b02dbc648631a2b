"""What archives name is nothing for the sweeper."""

from aura_gql.files.archives.references import ArchiveReferences
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.ports import BlobKey
from tests.files.archives.room import ArchiveRoom
from tests.files.world import ADA
from tests.support.hostile_archives import zip_of


async def test_the_blobs_of_finished_archives_are_named(room: ArchiveRoom) -> None:
    project, references = await room.project(), ArchiveReferences()
    await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    record = await room.upload(project, zip_of(("a", b"x")))
    assert record.facts is not None
    digest, other = record.facts.sha256, "0" * 64
    assert await references.named(f"projects/{project}", [digest, other]) == {digest}
    for scope in (f"projects/{record.id}", "templates", "projects/x"):
        assert await references.named(scope, [digest]) == set()
    (named,) = [blob async for blob in references.walk()]
    assert (named.key, named.size) == (BlobKey(f"projects/{project}", digest), record.facts.size)
    assert str(record.id) in named.named_by
