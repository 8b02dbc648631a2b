"""Reading a source is told step by step."""

from aura_gql.templates.records import SkippedTemplate, TemplateBundle
from aura_gql.templates.syncs.documents import TemplateSyncDocument
from aura_gql.templates.syncs.journal import SyncJournal
from aura_gql.templates.syncs.records import SyncStep, SyncTrigger
from aura_gql.templates.syncs.watching import WatchedSource
from tests.support.templates import GivenTemplates, a_bundle
from tests.templates.syncs.world import SyncWorld


async def test_the_steps_go_with_what_is_read(world: SyncWorld) -> None:
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.ADMINISTRATOR, is_forced=False)
    assert opened is not None

    async def step() -> SyncStep | None:
        return (await TemplateSyncDocument.find_records([opened["_id"]]))[0].step

    journal = SyncJournal(world.bus, opened["_id"], has_lease=False)
    given: list[TemplateBundle | SkippedTemplate] = [
        a_bundle("a"),
        SkippedTemplate("b", "It is broken."),
        a_bundle("c"),
    ]
    seen = []
    told: list[None] = []
    source = WatchedSource(GivenTemplates(*given), journal, lambda: told.append(None))
    assert source.name == "stackblitz"
    async for one in source.bundles():
        assert await step() is SyncStep.STORING
        assert told == []
        seen.append(one)
    assert seen == given
    assert (await step(), told) == (SyncStep.COMMITTING, [None])
    assert (await TemplateSyncDocument.find_records([opened["_id"]]))[0].read_templates == 3
    async for _ in WatchedSource(GivenTemplates(), journal, lambda: None).bundles():
        raise AssertionError("There is nothing in it.")
