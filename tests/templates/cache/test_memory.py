"""What is remembered of templates: read once for all, right at every revision, and forgotten when that is asked for."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.errors import BlobNotFound
from aura_gql.templates.cache.documents import invalidate
from aura_gql.templates.cache.memory import TemplateMemory
from aura_gql.templates.service import TemplateService
from tests.support.templates import FolderIntake, write_template


@pytest.fixture
async def one(templates: TemplateService, intake: FolderIntake, folder: Path) -> ObjectId:
    """A template with a file."""
    write_template(folder, "one", files={"a": b"first"})
    await intake.load()
    return (await templates.get_by_slug("one")).id


async def test_is_read_once_for_all_who_want_it(
    one: ObjectId, blobs: LocalBlobStore, tmp_path: Path, database: Database
) -> None:
    memory = TemplateMemory(blobs)
    await database.command("profile", 2)
    found = await asyncio.gather(*(memory.present([one, ObjectId()]) for _ in range(50)))
    await database.command("profile", 0)
    profile = database["system.profile"]
    assert await profile.count_documents({"ns": f"{database.name}.template_cache"}) == 1
    assert {tuple(listing) for listing in found} == {(one,)}
    [file] = found[0][one].files
    assert set(await asyncio.gather(*(memory.content(file.sha256) for _ in range(50)))) == {b"first"}
    tally = memory.tally()
    assert (tally["content"].misses, tally["content"].used_bytes) == (50, 5)
    shutil.rmtree(tmp_path / "storage")
    assert await memory.content(file.sha256) == b"first"
    assert memory.tally()["content"].hits == 1
    memory.forget(one)
    with pytest.raises(BlobNotFound):
        await memory.content(file.sha256)


async def test_goes_by_the_present_revision_and_by_one_that_is_named(
    one: ObjectId, blobs: LocalBlobStore, intake: FolderIntake, folder: Path, database: Database
) -> None:
    memory = TemplateMemory(blobs)
    first = (await memory.present([one]))[one]
    write_template(folder, "one", files={"b": b"second"})
    await intake.load()
    second = (await memory.present([one]))[one]
    assert [file.path for manifest in (first, second) for file in manifest.files] == ["a", "b"]
    assert await TemplateMemory(blobs).of_revision(one, first.revision) == first
    assert await memory.of_revision(ObjectId(), first.revision) is None
    await database["template_cache"].delete_one({"revision": first.revision})
    assert await TemplateMemory(blobs).of_revision(one, first.revision) == second
    assert await memory.offered(one) == second
    await database["project_templates"].update_one({"_id": one}, {"$set": {"is_active": False}})
    assert await memory.offered(one) is None
    assert (await memory.present([one]))[one] == second


async def test_forgets_what_another_process_has_forgotten(one: ObjectId, blobs: LocalBlobStore, tmp_path: Path) -> None:
    memory = TemplateMemory(blobs)
    [file] = (await memory.present([one]))[one].files
    await memory.content(file.sha256)
    shutil.rmtree(tmp_path / "storage")
    await invalidate(one, utcnow())
    assert await memory.content(file.sha256) == b"first"
    assert (await memory.present([one]))[one].files == (file,)
    with pytest.raises(BlobNotFound):
        await memory.content(file.sha256)


async def test_serves_what_is_stale_and_tells_so(one: ObjectId, blobs: LocalBlobStore, database: Database) -> None:
    told: list[None] = []
    memory = TemplateMemory(blobs, stale_met=lambda: told.append(None))
    manifests = database["template_cache"]
    for hours, expected in ((1, 0), (-1, 1)):
        fresh_until = utcnow() + timedelta(hours=hours)
        await manifests.update_one({"template_id": one}, {"$set": {"fresh_until": fresh_until}})
        memory.forget(one)
        assert len((await memory.present([one]))[one].files) == 1
        assert len(told) == expected
    await manifests.update_one({"template_id": one}, {"$set": {"fresh_until": utcnow() + timedelta(hours=1)}})
    memory.forget_stale()
    await memory.present([one])
    assert len(told) == 1


async def test_a_template_without_a_manifest_has_no_files(
    one: ObjectId, blobs: LocalBlobStore, database: Database
) -> None:
    await database["template_cache"].delete_many({})
    assert (await TemplateMemory(blobs).present([one]))[one].files == ()
