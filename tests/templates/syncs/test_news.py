"""Stale templates: what makes them fresh, who is asked for news, and what an invalidation brings about."""

from datetime import timedelta

from aura_gql.kernel.clock import utcnow
from aura_gql.storage.addressing import address
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.cache.documents import find_stale
from aura_gql.templates.cache.service import TemplateCache
from aura_gql.templates.syncs.documents import TemplateSourceDocument
from aura_gql.templates.syncs.news import SyncNews
from aura_gql.templates.syncs.records import SyncStatus
from aura_gql.templates.syncs.running import SOURCE
from aura_gql.templates.syncs.service import TemplateSyncService
from tests.templates.cache.test_retention import needs_nothing
from tests.templates.syncs.world import SyncWorld

DAY = timedelta(hours=24)


async def synced(syncs: TemplateSyncService, world: SyncWorld) -> tuple[SyncStatus, list[str]]:
    """What a sync came to, and what it asked of GitHub."""
    before = len(world.github.state.requests())
    sync = await syncs.run_here()
    return sync.status, world.github.state.requests()[before:]


async def test_every_sync_that_hears_from_github_makes_templates_fresh(world: SyncWorld) -> None:
    _, syncs = world.server()
    for expected in (SyncStatus.SUCCEEDED, SyncStatus.UNCHANGED):
        before = utcnow()
        assert (await synced(syncs, world))[0] is expected
        fresh = [found["fresh_until"] async for found in world.database["template_cache"].find()]
        assert all(before + DAY - timedelta(seconds=1) <= until <= utcnow() + DAY for until in fresh)
        assert len(fresh) > 0
        assert not await find_stale(utcnow())
        assert await find_stale(utcnow() + DAY + timedelta(minutes=1))


async def test_what_is_invalidated_is_fetched_anew_and_mended(world: SyncWorld) -> None:
    _, syncs = world.server()
    world.publish("a", one="first", two="second", three="third")
    await synced(syncs, world)
    blobs = LocalBlobStore(world.folder / "blobs")
    lost, damaged = address("templates", b"first"), address("templates", b"second")
    await blobs.delete(lost)
    [path] = world.folder.rglob(damaged.sha256)
    path.write_bytes(b"Second")
    template = await world.database["project_templates"].find_one({"slug": "two"})
    assert template is not None
    cache = TemplateCache(blobs, 10**6, 0, SyncNews(syncs, 3600), needs_nothing)
    await cache.invalidate(template["_id"])
    assert await find_stale(utcnow())

    status, asked = await synced(syncs, world)
    assert (status, "tarball" in " ".join(asked)) == (SyncStatus.SUCCEEDED, True)
    assert await world.catalogue() == {"one": b"first", "two": b"second", "three": b"third"}
    assert not await find_stale(utcnow())
    assert await world.database["project_templates"].count_documents({"is_suspect": True}) == 0
    assert (await synced(syncs, world))[0] is SyncStatus.UNCHANGED


async def test_is_asked_for_unless_that_is_off_or_failed_a_short_while_ago(world: SyncWorld) -> None:
    _, syncs = world.server()
    await SyncNews(syncs, 0).ask()
    assert await syncs.latest() is None
    await TemplateSourceDocument.save_failure(SOURCE, None)
    await SyncNews(syncs, 3600).ask()
    assert await syncs.latest() is None
    long_ago = {"$set": {"tried_at": utcnow() - timedelta(hours=1)}}
    await world.database["template_sources"].update_one({"_id": SOURCE}, long_ago)
    await SyncNews(syncs, 3600).ask()
    assert await syncs.latest() is not None
