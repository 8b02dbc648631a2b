"""Archives count for whom they were made, once they are there."""

from aura_gql.files.archives.usage import ArchiveUsage
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.quotas.records import Usage
from tests.files.archives.room import ArchiveRoom
from tests.files.world import ADA
from tests.support.hostile_archives import zip_of


async def test_finished_archives_count_their_bytes(room: ArchiveRoom) -> None:
    project = await room.project()
    await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    data = zip_of(("a", b"x"))
    await room.upload(project, data)
    assert await ArchiveUsage().usage_of(ADA) == Usage(archive_bytes=len(data))
    assert await ArchiveUsage().usage_of("eve") == Usage()
