"""Taking templates in: repeated, at once, interrupted, and under the eyes of a reader."""

import asyncio
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from aura_gql.infra.mongo import Database, MongoDocument
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.kernel.page import PageRequest
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.cache.retention import REPLACED_KEPT
from aura_gql.templates.errors import CataloguePoisoned
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.records import (
    DependencyKind,
    SkippedTemplate,
    TemplateDependencyRecord,
    TemplateFilter,
    TemplateRecord,
)
from aura_gql.templates.service import TemplateService
from tests.support.templates import (
    FolderIntake,
    GivenTemplates,
    a_bundle,
    remove_template,
    write_template,
)

OLD = {"a.txt": b"old", "b.txt": b"old b", "package.json": b'{"dependencies": {"koa": "^2"}}'}
NEW = {"a.txt": b"new", "c.txt": b"new c", "package.json": b'{"dependencies": {"hono": "^4"}}'}


async def listed(templates: TemplateService) -> list[TemplateRecord]:
    return (await templates.list(page=PageRequest(100))).items


async def stored(database: Database) -> list[list[MongoDocument]]:
    """Everything that the catalogue consists of."""
    names = ("project_templates", "template_cache", "template_dependencies")
    return [await database[name].find().sort("_id", 1).to_list() for name in names]


async def test_loading_again_changes_nothing(
    templates: TemplateService, intake: FolderIntake, folder: Path, database: Database
) -> None:
    write_template(folder, "one")
    write_template(folder, "two")
    await intake.load()
    before = await listed(templates)
    await database.command("profile", 2)
    await intake.load()
    await database.command("profile", 0)
    assert await listed(templates) == before
    assert await database["system.profile"].count_documents({"op": {"$in": ["insert", "remove"]}}) == 0
    assert await database["system.profile"].count_documents({"nModified": {"$gt": 0}}) == 0


async def test_a_change_comes_in_whole_and_the_old_expires(
    templates: TemplateService, intake: FolderIntake, folder: Path, database: Database
) -> None:
    write_template(folder, "one", name="Old name", files=OLD)
    await intake.load()
    old = await templates.get_by_slug("one")
    await templates.record_use(old.id)
    write_template(folder, "one", name="New name", files=NEW)
    await intake.load()
    new = await templates.get_by_slug("one")
    assert (new.id, new.created_at, new.popularity) == (old.id, old.created_at, 1)
    assert new.name == "New name"
    assert new.revision != old.revision
    assert [file.path for file in (await templates.files([new.id]))[new.id]] == ["a.txt", "c.txt", "package.json"]
    assert [found.name for found in (await templates.dependencies([new.id]))[new.id]] == ["hono"]
    assert await templates.read_file(new.id, "a.txt") == b"new"
    for collection, field, after in (
        ("template_cache", "replaced_at", timedelta()),
        ("template_dependencies", "expires_at", REPLACED_KEPT),
    ):
        stored = {one["revision"]: one.get(field) async for one in database[collection].find()}
        assert stored[new.revision] is None
        replaced = stored[old.revision]
        assert replaced is not None
        assert old.updated_at <= replaced - after <= utcnow()


async def test_going_back_to_an_old_revision_keeps_it(
    templates: TemplateService, intake: FolderIntake, folder: Path, database: Database
) -> None:
    for files in (OLD, NEW, OLD):
        write_template(folder, "one", files=files)
        await intake.load()
    one = await templates.get_by_slug("one")
    assert await templates.read_file(one.id, "b.txt") == b"old b"
    for collection, field in (("template_cache", "replaced_at"), ("template_dependencies", "expires_at")):
        stored = {found["revision"]: found.get(field) async for found in database[collection].find()}
        assert len(stored) == 2
        assert [revision for revision, expiry in stored.items() if expiry is None] == [one.revision]


async def test_what_vanished_is_found_by_id_alone(
    templates: TemplateService, intake: FolderIntake, folder: Path
) -> None:
    write_template(folder, "gone", category="frontend")
    write_template(folder, "stays")
    await intake.load()
    gone = await templates.get_by_slug("gone")
    remove_template(folder, "gone")
    await intake.load()
    assert [template.slug for template in await listed(templates)] == ["stays"]
    assert [category.name for category in await templates.categories()] == ["backend"]
    assert not (await templates.get(gone.id)).is_active
    assert await templates.read_file(gone.id, "README.md") == b"# A template\n"
    write_template(folder, "gone", category="frontend")
    await intake.load()
    assert (await templates.get_by_slug("gone")).id == gone.id
    assert len(await listed(templates)) == 2


async def test_sources_leave_one_another_alone(
    templates: TemplateService, intake: FolderIntake, folder: Path, blobs: LocalBlobStore
) -> None:
    write_template(folder, "ours")
    await intake.load()
    outcome = await TemplateIntake(blobs).take_in(GivenTemplates(a_bundle("theirs"), a_bundle("ours")))
    assert outcome.added == ["ours-starter", "theirs"]
    assert {template.slug: template.source for template in await listed(templates)} == {
        "ours": "bundled",
        "ours-starter": "stackblitz",
        "theirs": "stackblitz",
    }
    first = await templates.get_by_slug("ours-starter")
    # The name stays, whatever becomes of the one in whose favour it was given.
    remove_template(folder, "ours")
    write_template(folder, "theirs")
    assert (await intake.load()).added == ["theirs-starter"]
    outcome = await TemplateIntake(blobs).take_in(GivenTemplates(a_bundle("theirs"), a_bundle("ours", "new")))
    assert (outcome.changed, outcome.unchanged) == (["ours-starter"], ["theirs"])
    assert (await templates.get_by_slug("ours-starter")).id == first.id
    assert await templates.read_file(first.id, "README.md") == b"new"


async def test_many_may_load_at_once(
    templates: TemplateService, folder: Path, blobs: LocalBlobStore, database: Database
) -> None:
    for number in range(6):
        write_template(folder, f"template-{number}", files={**OLD, "n.txt": str(number).encode()})
    await asyncio.gather(*(FolderIntake(folder, blobs).load() for _ in range(5)))
    found = await listed(templates)
    assert len(found) == 6
    files = await templates.files([template.id for template in found])
    assert {len(of_one) for of_one in files.values()} == {4}
    assert await database["template_cache"].count_documents({}) == 6
    assert await database["template_dependencies"].count_documents({}) == 6


async def test_no_reader_sees_half_a_template(templates: TemplateService, intake: FolderIntake, folder: Path) -> None:
    write_template(folder, "one", files=OLD)
    await intake.load()
    template_id = (await templates.get_by_slug("one")).id
    done = asyncio.Event()

    async def read() -> int:
        reads = 0
        while not done.is_set():
            paths = {file.path for file in (await templates.files([template_id]))[template_id]}
            assert paths in (set(OLD), set(NEW))
            packages = [found.name for found in (await templates.dependencies([template_id]))[template_id]]
            assert packages in (["koa"], ["hono"])
            assert await templates.read_file(template_id, "a.txt") in (b"old", b"new")
            reads += 1
        return reads

    reader = asyncio.create_task(read())
    for files in (NEW, OLD) * 5:
        write_template(folder, "one", files=files)
        await intake.load()
    done.set()
    assert await reader > 0


async def test_nothing_is_named_before_its_blobs_are_kept(templates: TemplateService, folder: Path) -> None:
    write_template(folder, "one")
    broken = folder.parent / "no-folder"
    broken.write_bytes(b"")
    with pytest.raises(StorageUnavailable):
        await FolderIntake(folder, LocalBlobStore(broken)).load()
    assert await listed(templates) == []
    assert await (await templates.list(TemplateFilter(category="backend"))).count() == 0


async def test_an_emptied_blob_store_is_filled_again(
    templates: TemplateService, intake: FolderIntake, folder: Path, tmp_path: Path
) -> None:
    write_template(folder, "one")
    await intake.load()
    shutil.rmtree(tmp_path / "storage")
    await intake.load()
    one = await templates.get_by_slug("one")
    assert await templates.read_file(one.id, "README.md") == b"# A template\n"


async def test_whatever_comes_in_between_leaves_the_old_catalogue_whole(
    templates: TemplateService, blobs: LocalBlobStore, database: Database
) -> None:
    intake = TemplateIntake(blobs)
    await intake.take_in(GivenTemplates(*(a_bundle(slug) for slug in "abc")))
    before = await stored(database)
    new = [a_bundle(slug, "new") for slug in "abcd"]
    for count in range(len(new) + 1):
        with pytest.raises(LookupError):
            await intake.take_in(GivenTemplates(*new[:count], LookupError()))
        assert await stored(database) == before
    # The packages are written last: that they are refused ends the transaction when all the rest is written.
    await database.command("collMod", "template_dependencies", validator={"name": {"$ne": "refused"}})
    refused = TemplateDependencyRecord("refused", "1", DependencyKind.RUNTIME)
    with pytest.raises(BulkWriteError):
        await intake.take_in(GivenTemplates(*new[:3], a_bundle("d", dependencies=[refused])))
    assert await stored(database) == before
    outcome = await intake.take_in(GivenTemplates(*new))
    assert (outcome.added, outcome.changed) == (["d"], ["a", "b", "c"])


async def test_a_poisoned_source_changes_nothing(
    templates: TemplateService, blobs: LocalBlobStore, database: Database
) -> None:
    intake = TemplateIntake(blobs)
    await intake.take_in(GivenTemplates(*(a_bundle(slug) for slug in "abcd")))
    before = await stored(database)
    unread = SkippedTemplate("a", "It is broken.")
    for source in (GivenTemplates(), GivenTemplates(unread), GivenTemplates(a_bundle("a", "new"))):
        with pytest.raises(CataloguePoisoned):
            await intake.take_in(source)
        assert await stored(database) == before
    with pytest.raises(CataloguePoisoned):
        await intake.take_in(GivenTemplates(), force=True)
    outcome = await intake.take_in(GivenTemplates(a_bundle("a")), force=True)
    assert outcome.removed == ["b", "c", "d"]


async def test_a_new_commit_alone_is_no_change(templates: TemplateService, blobs: LocalBlobStore) -> None:
    intake = TemplateIntake(blobs)
    await intake.take_in(GivenTemplates(a_bundle("a", commit="1" * 40), a_bundle("b", commit="1" * 40)))
    before = await templates.get_by_slug("a")
    unread = SkippedTemplate("b", "It is broken.")
    outcome = await intake.take_in(GivenTemplates(a_bundle("a", commit="2" * 40), unread))
    assert (outcome.unchanged, outcome.removed, outcome.skipped) == (["a"], [], [unread])
    assert await templates.get_by_slug("a") == replace(before, commit="2" * 40)
    assert (await templates.get_by_slug("b")).is_active


async def test_what_seals_it_is_part_of_it(templates: TemplateService, database: Database, tmp_path: Path) -> None:
    intake = TemplateIntake(LocalBlobStore(tmp_path / "blobs"))
    await intake.take_in(GivenTemplates(a_bundle("a")))
    before = await stored(database)

    async def note(session: AsyncClientSession) -> None:
        await database["notes"].insert_one({}, session=session)

    async def refuse(session: AsyncClientSession) -> None:
        await note(session)
        raise LookupError

    with pytest.raises(LookupError):
        await intake.take_in(GivenTemplates(a_bundle("a", "new")), seal=refuse)
    assert await stored(database) == before
    with pytest.raises(CataloguePoisoned):
        await intake.take_in(GivenTemplates(), seal=note)
    assert await database["notes"].count_documents({}) == 0
    await intake.take_in(GivenTemplates(a_bundle("a", "new")), seal=note)
    assert (await templates.get_by_slug("a")).revision == a_bundle("a", "new").revision
    assert await database["notes"].count_documents({}) == 1
