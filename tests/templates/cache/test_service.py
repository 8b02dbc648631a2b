"""Freshness and invalidation, as all processes of a server see them."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.cache.documents import renew
from aura_gql.templates.cache.service import TemplateCache
from aura_gql.templates.errors import TemplateNotFound
from aura_gql.templates.service import TemplateService
from tests.support.templates import FolderIntake, write_template
from tests.support.waiting import until
from tests.templates.cache.test_retention import needs_nothing


@dataclass
class News:
    """A StaleTemplates that remembers what it was asked."""

    asked: int = 0
    forgotten: list[str] = field(default_factory=list)

    async def ask(self) -> None:
        self.asked += 1

    async def forget(self, source: str) -> None:
        self.forgotten.append(source)


@pytest.fixture
async def one(templates: TemplateService, intake: FolderIntake, folder: Path) -> ObjectId:
    write_template(folder, "one", files={"a": b"first"})
    await intake.load()
    return (await templates.get_by_slug("one")).id


async def test_news_are_asked_for_in_the_background_where_templates_are_stale(
    one: ObjectId, blobs: LocalBlobStore, database: Database
) -> None:
    news = News()
    await renew("bundled", utcnow() - timedelta(hours=1))
    cache = TemplateCache(blobs, 10**6, 0, news, needs_nothing)
    for _ in range(3):
        assert (await cache.memory.present([one]))[one].files

    async def is_asked() -> bool:
        return news.asked > 0

    await until(is_asked)
    await cache.stop()
    assert news.asked == 1


async def test_what_is_invalidated_is_stale_and_its_source_is_forgotten(
    one: ObjectId, blobs: LocalBlobStore, database: Database
) -> None:
    news = News()
    cache = TemplateCache(blobs, 10**6, 0, news, needs_nothing)
    await renew("bundled", utcnow() + timedelta(hours=1))
    await cache.memory.present([one])
    await cache.invalidate(one)
    assert (news.forgotten, cache.tally()["manifest"].used_bytes) == (["bundled"], 0)
    [manifest] = await database["template_cache"].find().to_list()
    assert manifest["fresh_until"] <= utcnow()
    with pytest.raises(TemplateNotFound):
        await cache.invalidate(ObjectId())


async def test_reads_ahead_in_the_background(one: ObjectId, blobs: LocalBlobStore) -> None:
    cache = TemplateCache(blobs, 10**6, 5, News(), needs_nothing)
    cache.start()

    async def is_there() -> bool:
        return cache.tally()["content"].used_bytes == 5

    await until(is_there)
    await cache.stop()
