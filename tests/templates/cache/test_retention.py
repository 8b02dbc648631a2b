"""The loop; what is dropped and what stays is tested with the projects, which need it."""

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.templates.cache.retention import ManifestRetention
from aura_gql.templates.service import TemplateService
from tests.support.templates import FolderIntake, write_template
from tests.support.waiting import until


async def needs_nothing(_: Collection[str]) -> set[str]:
    return set()


async def test_what_was_replaced_goes_after_a_day_and_the_present_stays(
    templates: TemplateService, intake: FolderIntake, folder: Path, database: Database
) -> None:
    for content in (b"old", b"older", b"new"):
        write_template(folder, "one", files={"a": content})
        await intake.load()
    manifests = database["template_cache"]
    ages = [utcnow() - timedelta(hours=hours) for hours in (23, 25)]
    for age in ages:
        await manifests.update_one({"replaced_at": {"$nin": [None, *ages]}}, {"$set": {"replaced_at": age}})
    # Older than anything that was replaced, and no less the present one.
    present = (await templates.get_by_slug("one")).revision
    retention = ManifestRetention(needs_nothing)
    retention.start()

    async def is_dropped() -> bool:
        return await manifests.count_documents({}) == 2

    await until(is_dropped)
    await retention.stop()
    left = {found["revision"]: found["replaced_at"] async for found in manifests.find()}
    assert left[present] is None
    assert len(left) == 2
