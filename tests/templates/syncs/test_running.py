"""What one sync asks, does and tells."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.error_codes import ErrorCode
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.cache.documents import invalidate
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.ports import TemplateSource
from aura_gql.templates.records import SkippedTemplate, TemplateBundle
from aura_gql.templates.service import TemplateService
from aura_gql.templates.syncs.documents import TemplateSourceDocument, TemplateSyncDocument
from aura_gql.templates.syncs.journal import SyncJournal
from aura_gql.templates.syncs.records import SyncCounts, SyncStatus, SyncTrigger, TemplateSyncRecord
from aura_gql.templates.syncs.stored import to_record
from tests.support.github.archives import repository_archive
from tests.support.github.faults import bad_credentials, primary_limit, stalled, status
from tests.support.waiting import until
from tests.templates.syncs.world import SyncWorld, packed, read_starters

ALL = ["commits", "tarball", "codeload"]


async def run(world: SyncWorld, *, force: bool = False) -> TemplateSyncRecord:
    """A sync, at its end."""
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.ADMINISTRATOR, is_forced=force)
    assert opened is not None
    await world.runner().run(to_record(opened))
    return (await TemplateSyncDocument.find_records([opened["_id"]]))[0]


def asked(world: SyncWorld) -> list[str]:
    """What GitHub was asked since this was last called."""
    requests = world.github.state.requests()
    world.github.state.asked.clear()
    return requests


async def test_it_asks_for_as_little_as_can_be(world: SyncWorld) -> None:
    first = await run(world)
    assert (first.status, first.commit, first.counts) == (SyncStatus.SUCCEEDED, "a".ljust(40, "0"), SyncCounts(2))
    assert (first.added, first.read_templates, first.step, first.failure) == (["one", "two"], 2, None, None)
    assert first.downloaded_bytes == len(world.github.state.archive)
    assert await world.catalogue() == {"one": b"1", "two": b"2"}
    assert list(world.spools.iterdir()) == []
    assert asked(world) == ALL
    same = await run(world)
    assert (same.status, same.counts, asked(world)) == (SyncStatus.UNCHANGED, SyncCounts(), ["commits"])
    # The bytes are fetched anew where they are lost, where somebody insists, and where another version reads them.
    world.empty_the_store()
    assert ((await run(world)).counts, asked(world)) == (SyncCounts(unchanged=2), ALL)
    assert await world.catalogue() == {"one": b"1", "two": b"2"}
    assert ((await run(world, force=True)).counts, asked(world)) == (SyncCounts(unchanged=2), ALL)
    await TemplateSourceDocument.save_success("stackblitz", first.commit, None, "an older version")
    assert ((await run(world)).counts, asked(world)) == (SyncCounts(unchanged=2), ALL)


async def test_the_catalogue_follows_the_repository(world: SyncWorld) -> None:
    await run(world)
    gone = await ProjectTemplateDocument.find_by_slug("two")
    assert gone is not None
    world.publish("b", one="new", three="3")
    changed = await run(world)
    assert (changed.added, changed.changed, changed.removed) == (["three"], ["one"], ["two"])
    assert await world.catalogue() == {"one": b"new", "three": b"3"}
    # What projects were made from stays.
    kept = TemplateService(LocalBlobStore(world.folder / "blobs"))
    assert not (await kept.get(gone.id)).is_active
    assert await kept.read_file(gone.id, "index.html") == b"2"
    world.github.state.publish(
        repository_archive({"one/index.html": b"new", "two/index.html": b"2", "three/index.html": b"x" * 200_000}),
        "c" * 40,
    )
    back = await run(world)
    assert (back.changed, back.removed, [one.path for one in back.skipped]) == (["two"], [], ["three"])
    assert await world.catalogue() == {"one": b"new", "two": b"2", "three": b"3"}


async def test_what_fails_is_told_and_changes_nothing(world: SyncWorld) -> None:
    await run(world)
    world.publish("b", one="new", two="new")
    state = world.github.state
    for endpoint, fault, code in (
        ("commits", status(404), ErrorCode.NOT_FOUND),
        ("commits", bad_credentials(), ErrorCode.INVALID_STATE),
        ("codeload", status(404), ErrorCode.NOT_FOUND),
    ):
        state.heal()
        state.fail(endpoint, fault)
        failed = await run(world)
        assert (failed.status, failed.failure and failed.failure.code) == (SyncStatus.FAILED, code)
        assert failed.failure is not None
        assert failed.failure.message
    state.heal()
    for archive in (
        packed({}, "b" * 40),
        packed({"one": "new"} | {f"new-{number}": "" for number in range(5)}, "b" * 40)[:-9],
        b"\x1f\x8b" + bytes(100),
    ):
        state.publish(archive, "b" * 40)
        assert (await run(world)).failure is not None
    assert await world.catalogue() == {"one": b"1", "two": b"2"}
    assert (await TemplateSourceDocument.find_state("stackblitz")).failures == 6
    world.publish("c", one="new", two="new")
    assert (await run(world)).status is SyncStatus.SUCCEEDED
    assert (await TemplateSourceDocument.find_state("stackblitz")).failures == 0


async def test_more_than_half_goes_by_force_alone(world: SyncWorld) -> None:
    world.publish("a", one="1", two="2", three="3")
    await run(world)
    world.publish("b", one="1")
    failed = await run(world)
    assert failed.failure is not None
    assert "lacks 2 of the 3" in failed.failure.message
    assert len(await world.catalogue()) == 3
    assert (await run(world, force=True)).removed == ["three", "two"]
    assert await world.catalogue() == {"one": b"1"}


async def test_nobody_is_asked_before_the_time_that_github_told(world: SyncWorld) -> None:
    world.github.state.fail("commits", primary_limit(1800), times=1)
    limited = await run(world)
    assert limited.failure is not None
    assert limited.failure.retry_at is not None
    assert asked(world) == ["commits"]
    # Another process, which has not heard it itself.
    again = await run(world)
    assert again.failure is not None
    assert (again.failure.code, again.failure.retry_at) == (ErrorCode.SOURCE_UNAVAILABLE, limited.failure.retry_at)
    assert asked(world) == []
    assert (await run(world, force=True)).status is SyncStatus.SUCCEEDED
    # Who insists asks also where this very process has heard it.
    runner = world.runner()
    world.github.state.fail("commits", primary_limit(1800), times=1)
    ends = []
    for force in (True, False, True):
        opened = await TemplateSyncDocument.insert_open(SyncTrigger.ADMINISTRATOR, is_forced=force)
        assert opened is not None
        await runner.run(to_record(opened))
        ends.append((await TemplateSyncDocument.find_records([opened["_id"]]))[0].status)
    assert ends == [SyncStatus.FAILED, SyncStatus.FAILED, SyncStatus.SUCCEEDED]


async def test_it_is_given_up_when_it_takes_too_long(world: SyncWorld) -> None:
    world.github.state.fail("codeload", stalled(world.github.state.archive, 10))
    world.timeout_s = 0.5
    slow = await run(world)
    assert slow.failure is not None
    assert "TEMPLATE_SYNC_TIMEOUT_S" in slow.failure.message
    assert list(world.spools.iterdir()) == []


async def test_one_that_was_taken_for_dead_ends(world: SyncWorld) -> None:
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.ADMINISTRATOR, is_forced=False)
    assert opened is not None
    await TemplateSyncDocument.end(opened["_id"], SyncStatus.FAILED, {})
    await world.runner().run(to_record(opened))
    assert asked(world) == []
    assert await world.catalogue() == {}


class Paused:
    """A source that stops behind its last template until it is let on."""

    name = "stackblitz"

    def __init__(self, source: TemplateSource) -> None:
        self._source = source
        self.reached, self.goes_on = asyncio.Event(), asyncio.Event()

    async def bundles(self) -> AsyncGenerator[TemplateBundle | SkippedTemplate]:
        """As the source that it stops has them."""
        async for one in self._source.bundles():
            yield one
        self.reached.set()
        await self.goes_on.wait()


async def test_a_run_that_was_taken_for_dead_puts_nothing_old_over_what_is_new(world: SyncWorld) -> None:
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.ADMINISTRATOR, is_forced=False)
    assert opened is not None
    paused: list[Paused] = []

    def read(archive: Path, commit: str | None) -> TemplateSource:
        paused.append(Paused(read_starters(archive, commit)))
        return paused[-1]

    async def begun() -> asyncio.Task[None]:
        run = asyncio.create_task(world.runner().run(to_record(opened)))
        await until(lambda: len(paused) == len(runs) + 1)
        await paused[-1].reached.wait()
        return run

    world.read, runs = read, list[asyncio.Task[None]]()
    runs.append(await begun())
    world.publish("b", one="new", two="2")
    runs.append(await begun())
    for number, expected in enumerate(({}, {"one": b"new", "two": b"2"})):
        paused[number].goes_on.set()
        await runs[number]
        assert await world.catalogue() == expected
    ended = (await TemplateSyncDocument.find_records([opened["_id"]]))[0]
    assert (ended.status, ended.commit) == (SyncStatus.SUCCEEDED, "b".ljust(40, "0"))
    assert (await TemplateSourceDocument.find_state("stackblitz")).commit == ended.commit


async def test_what_is_invalidated_during_a_sync_is_looked_at_by_the_next(world: SyncWorld) -> None:
    await run(world)
    one = await ProjectTemplateDocument.find_by_slug("one")
    assert one is not None
    paused: list[Paused] = []

    def read(archive: Path, commit: str | None) -> TemplateSource:
        paused.append(Paused(read_starters(archive, commit)))
        return paused[-1]

    world.read = read
    world.publish("b", one="1", two="2")
    under_way = asyncio.create_task(run(world))
    await until(lambda: paused and paused[0].reached.is_set())
    assert await invalidate(one.id, utcnow()) == "stackblitz"
    await TemplateSourceDocument.forget("stackblitz")
    paused[0].goes_on.set()
    assert (await under_way).status is SyncStatus.SUCCEEDED
    world.read = read_starters
    assert [(await run(world)).status for _ in range(2)] == [SyncStatus.SUCCEEDED, SyncStatus.UNCHANGED]
    # One that is in no list any more is not looked for.
    world.publish("c", two="2")
    await run(world)
    await invalidate(one.id, utcnow())
    assert (await run(world)).status is SyncStatus.UNCHANGED


async def test_no_bound_of_time_cuts_the_commit_short(world: SyncWorld, tmp_path: Path) -> None:
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.COMMAND, is_forced=False)
    assert opened is not None
    archive = tmp_path / "starters.tar.gz"
    archive.write_bytes(world.github.state.archive)
    journal = SyncJournal(world.bus, opened["_id"], has_lease=False)
    await journal.begin()
    async with asyncio.timeout(60) as bound:
        await world.runner()._take_in(journal, bound, archive, None, force=False)
    assert bound.when() is None
