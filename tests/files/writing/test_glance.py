"""What a change of files begins from comes in one round trip, and is what single questions would have said."""

import pytest

from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.versions import scope_of
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.glance import glance
from aura_gql.files.writing.operations import DeletePath, PutFile
from aura_gql.kernel.clock import utcnow
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.storage.ports import BlobInfo, BlobKey
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.sweeping.documents import CondemnedBlobDocument
from tests.files.world import ADA, World


async def test_everything_comes_together(world: World) -> None:
    project = await world.project()
    saved = await world.save(project, "a.txt", b"one")
    await world.save(project, "b.txt", b"two")
    blob = BlobKey(scope_of(project), "0" * 64)

    seen = await glance(world.projects, ADA, project, [PutFile("a.txt", HeldBytes(b"three"))], [blob])

    assert seen.project == await world.projects.get(ADA, project)
    assert seen.files == [saved]
    assert seen.totals == await ProjectStorageDocument.find_totals(project)
    assert seen.usage == await UserStorageDocument.find_usage(ADA)
    assert not seen.has_condemned

    await CondemnedBlobDocument.condemn([BlobInfo(blob, 1, utcnow())], "for this test")
    assert (await glance(world.projects, ADA, project, [DeletePath("a.txt")], [blob])).has_condemned


async def test_others_see_nothing(world: World) -> None:
    project = await world.project()
    with pytest.raises(ProjectNotFound):
        await glance(world.projects, "grace", project, [], [])
