"""What cannot be stored is nowhere named."""

import pytest

from aura_gql.storage.errors import StorageFull
from tests.files.world import World
from tests.support.full_disk import no_file_over


async def test_a_file_for_which_there_is_no_room(world: World) -> None:
    project_id = await world.project()
    await world.save(project_id, "a.txt", b"first")
    rows, revision = await world.rows(project_id), await world.revision(project_id)
    with no_file_over(500):
        with pytest.raises(StorageFull, match="large"):
            await world.save(project_id, "a.txt", bytes(900), 1)
        with pytest.raises(StorageFull, match="large"):
            await world.save(project_id, "b.txt", bytes(901))
    assert (await world.rows(project_id), await world.revision(project_id)) == (rows, revision)
    assert await world.blob_count(project_id) == 1
    assert (await world.save(project_id, "a.txt", bytes(900), 1)).version == 2
