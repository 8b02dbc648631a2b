from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.usage.counters import ProjectCounters
from aura_gql.projects.records import ProjectStatus
from tests.files.world import World


async def wrongs(*, repair: bool = False) -> list[str | None]:
    return [miscount.detail if miscount else None async for miscount in ProjectCounters().verify(repair=repair)]


async def test_a_wrong_total_is_told_and_repaired(world: World) -> None:
    first, second, doomed = await world.project(), await world.project(), await world.project()
    for project_id in (first, second, doomed):
        await world.save(project_id, "a", b"1234")
    assert await wrongs() == [None, None, None]
    wrong = {"total_bytes": 3, "file_count": -1, "archived_bytes": 9}
    await world.database["project_storage"].update_one({"_id": second}, {"$inc": wrong})
    await world.database["project_files"].delete_many({"project_id": doomed})
    await world.set_status(doomed, ProjectStatus.DELETING)
    told = "stored are 0 files of 7 bytes and 9 bytes of archives, and there are 1 of 4 and 0"
    assert await wrongs() == [None, told, None]
    assert await wrongs(repair=True) == [None, told, None]
    assert await wrongs() == [None, None, None]
    assert (await ProjectStorageDocument.find_totals(second)).total_bytes == 4
    assert (await ProjectStorageDocument.find_totals(doomed)).total_bytes == 4
