"""Terminals, from opening one to its end."""

import asyncio
from datetime import timedelta

import pytest
from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import IdempotencyMismatch, InvalidInput
from aura_gql.kernel.page import PageRequest
from aura_gql.sandboxes.choosing.records import ANYTHING
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import CommandNotFound, SandboxNotFound, SandboxNotRunning
from aura_gql.terminals.documents import TerminalSession
from aura_gql.terminals.errors import TerminalElsewhere, TerminalEnded, TerminalNotFound, TooManyTerminals
from aura_gql.terminals.records import TerminalEnding, TerminalRequest, TerminalStatus
from tests.support.sandboxes import OWNER
from tests.support.screens import PROMPT
from tests.support.terminals import SHELL, TerminalBench

STRANGER = "user-2"


async def test_a_shell_is_typed_into_resized_and_ends_with_its_code(bench: TerminalBench) -> None:
    record = await bench.open(columns=100, rows=30)
    assert (record.status, record.columns, record.rows) == (TerminalStatus.OPEN, 100, 30)
    async with bench.watch(record) as first, bench.watch(record) as second:
        await first.see(PROMPT)
        await bench.type(record, "stty size; echo grü''ße; printf '\\xff\\n'\r")
        await first.see("30 100")
        await first.see("grüße")
        resized = await bench.service.resize(OWNER, record.id, 40, 10)
        assert (resized.columns, resized.rows) == (40, 10)
        await bench.type(record, "stty size; exit 3\r")
        closed = (await first.end()).record
        assert (closed.ending, closed.exit_code, closed.signal) == (TerminalEnding.EXITED, 3, None)
        assert closed.reason == "Its program ended with exit code 3."
        assert b"10 40" in first.shown
        assert (await second.end()).record == closed
        assert second.shown == first.shown
    assert await bench.more().get(OWNER, record.id) == closed
    with pytest.raises(TerminalEnded, match="exit code 3"):
        await bench.type(record, "x")
    with pytest.raises(TerminalEnded):
        await bench.service.resize(OWNER, record.id, 10, 10)
    assert await bench.service.close(OWNER, record.id) == closed


async def test_one_in_a_sandbox_without_a_project_stays_known(bench: TerminalBench) -> None:
    sandbox_id = ObjectId()
    await bench.below.sandboxes.temporary.launch(sandbox_id, OWNER, ANYTHING)
    record = await bench.service.open(OWNER, TerminalRequest(sandbox_id, ("sh", "-c", "exit 3")))
    assert not record.has_project
    async with bench.watch(record) as watcher:
        closed = (await watcher.end()).record
    await bench.service.stop()  # Waits for what would forget it.
    assert await bench.service.get(OWNER, record.id) == closed
    assert await bench.more().get(OWNER, record.id) == closed


async def test_who_comes_back_gets_the_rest_and_the_end(bench: TerminalBench) -> None:
    record = await bench.open("sh", "-c", "for i in 1 2 3 4 5; do echo line $i; sleep 0.02; done")
    async with bench.watch(record) as whole:
        await whole.end()
    assert whole.shown == b"".join(b"line %d\r\n" % number for number in range(1, 6))
    for after in range(whole.last + 1):
        async with bench.watch(record, after) as again:
            await again.end()
        assert whole.shown.endswith(again.shown)
        assert again.gaps == []
    for after in (-1, whole.last + 1):
        with pytest.raises(InvalidInput, match="last chunk"):
            await anext(bench.service.output(OWNER, record.id, after))


async def test_what_is_forgotten_is_told(bench: TerminalBench) -> None:
    # No line ends, and no number of these makes a whole number of chunks.
    coloured = "yes \"$(printf '\\033[1;31mabcde')\" | tr -d '\\n' | head -c 300000"
    record = await bench.open("sh", "-c", coloured)
    async with bench.watch(record) as live:
        await live.end()
    async with bench.watch(record) as late:
        await late.end()
    (gap,) = late.gaps
    assert gap.first == 1
    assert live.shown.endswith(late.shown)
    assert len(late.shown) > 32 * 1024
    assert late.shown.startswith(b"\x1b[1;31mabcde")
    other = bench.more()
    events = [event async for event in other.output(OWNER, record.id, 1)]
    assert [type(event).__name__ for event in events] == ["TerminalGap", "TerminalClosed"]
    with pytest.raises(InvalidInput, match="last chunk"):
        await anext(other.output(OWNER, record.id, live.last + 1))


async def test_closing_hangs_up(bench: TerminalBench) -> None:
    record = await bench.open()
    async with bench.watch(record) as watcher:
        await watcher.see(PROMPT)
        closed = await bench.service.close(OWNER, record.id)
        assert (closed.status, closed.ending) == (TerminalStatus.CLOSED, TerminalEnding.CLOSED)
        assert closed.closed_at is not None
        assert (await watcher.end()).record == closed
    assert bench.service.count_open() == 0
    stored = await TerminalSession.get_pymongo_collection().find_one({"_id": record.id})
    assert stored is not None
    assert stored["expires_at"] > closed.closed_at


async def test_a_stopped_sandbox_closes_its_terminals_with_its_reason(bench: TerminalBench) -> None:
    record = await bench.open()
    async with bench.watch(record) as watcher:
        await watcher.see(PROMPT)
        await bench.below.sandboxes.stop(OWNER, bench.sandbox.id)
        closed = (await watcher.end()).record
    assert (closed.ending, closed.exit_code) == (TerminalEnding.SANDBOX_ENDED, None)
    assert closed.reason == "Its owner stopped it."
    with pytest.raises(SandboxNotRunning):
        await bench.open()


async def test_a_stranger_gets_what_a_missing_terminal_gives(bench: TerminalBench) -> None:
    record = await bench.open("sleep", "600")
    service = bench.service
    for viewer, terminal_id in ((STRANGER, record.id), (OWNER, ObjectId())):
        for attempt in (
            service.get(viewer, terminal_id),
            service.write(viewer, terminal_id, b"x"),
            service.resize(viewer, terminal_id, 10, 10),
            service.close(viewer, terminal_id),
            anext(service.output(viewer, terminal_id)),
        ):
            with pytest.raises(TerminalNotFound, match="There is no terminal with this id"):
                await attempt
    assert await service.get_many(STRANGER, [record.id]) == {}
    page = await service.list_for_sandbox(STRANGER, bench.sandbox.id, PageRequest(10))
    assert list(page.items) == []
    with pytest.raises(SandboxNotFound):
        await service.open(STRANGER, TerminalRequest(bench.sandbox.id))
    assert (await service.get(OWNER, record.id)).is_open


async def test_terminals_are_counted_and_listed(bench: TerminalBench) -> None:
    opened = [await bench.open("sleep", "600") for _ in range(3)]
    with pytest.raises(TooManyTerminals, match="A sandbox may have 3"):
        await bench.open("sleep", "600")
    other = await bench.below.running()
    used = (await bench.below.operations.look(OWNER)).used
    await bench.service.open(OWNER, TerminalRequest(other.id, ("sleep", "600")))
    with pytest.raises(TooManyTerminals, match="A user may have 4"):
        await bench.service.open(OWNER, TerminalRequest(other.id))
    assert bench.service.count_open() == 4
    page = await bench.service.list_for_sandbox(OWNER, bench.sandbox.id, PageRequest(2))
    assert [record.id for record in page.items] == [opened[2].id, opened[1].id]
    await bench.service.close(OWNER, opened[0].id)
    await bench.type(await bench.open("cat"), "typing is no operation")
    assert (await bench.below.operations.look(OWNER)).used - used == 2


async def test_the_same_key_opens_one_terminal(bench: TerminalBench) -> None:
    request = TerminalRequest(bench.sandbox.id, ("sleep", "600"))
    first, second = await asyncio.gather(*(bench.service.open(OWNER, request, "key") for _ in range(2)))
    assert first.id == second.id == (await bench.service.open(OWNER, request, "key")).id
    assert bench.service.count_open() == 1
    with pytest.raises(IdempotencyMismatch):
        await bench.service.open(OWNER, TerminalRequest(bench.sandbox.id, ("sleep", "601")), "key")


async def test_what_can_not_be_opened_leaves_nothing(bench: TerminalBench) -> None:
    with pytest.raises(CommandNotFound):
        await bench.open("no-such-program")
    with pytest.raises(InvalidInput):
        await bench.service.open(OWNER, TerminalRequest(bench.sandbox.id, SHELL, cwd="missing"))
    assert bench.service.count_open() == 0
    assert await TerminalSession.get_pymongo_collection().count_documents({"sandbox_id": bench.sandbox.id}) == 0


async def test_too_much_at_a_time_is_refused(bench: TerminalBench) -> None:
    record = await bench.open("sleep", "600")
    with pytest.raises(InvalidInput, match="65536 bytes"):
        await bench.service.write(OWNER, record.id, bytes(65_537))
    with pytest.raises(InvalidInput, match="1000 rows"):
        await bench.service.resize(OWNER, record.id, 10, 1001)


async def test_another_server_knows_it_and_can_not_reach_it(bench: TerminalBench) -> None:
    record = await bench.open("sleep", "600")
    other = bench.more()
    assert (await other.get(OWNER, record.id)).is_open
    for attempt in (other.write(OWNER, record.id, b"x"), anext(other.output(OWNER, record.id))):
        with pytest.raises(TerminalElsewhere):
            await attempt


async def test_a_deleted_project_takes_its_terminals_along(bench: TerminalBench) -> None:
    record = await bench.open("sleep", "600")
    async with bench.watch(record) as watcher:
        await bench.service.remove_project(bench.sandbox.project_id)
        assert (await watcher.end()).record.reason == "Its project was deleted."
    await bench.service.remove_project(bench.sandbox.project_id)
    with pytest.raises(TerminalNotFound):
        await bench.service.get(OWNER, record.id)


async def test_a_sandbox_that_still_starts_is_waited_for(bench: TerminalBench) -> None:
    sandbox = await bench.below.sandboxes.create(OWNER, await bench.below.project())
    record = await bench.service.open(OWNER, TerminalRequest(sandbox.id, ("echo", "up")))
    async with bench.watch(record) as watcher:
        await watcher.end()
    assert watcher.shown == b"up\r\n"


async def test_a_shell_left_at_its_prompt_keeps_no_sandbox_alive(bench: TerminalBench) -> None:
    record = await bench.open()
    async with bench.watch(record) as watcher:
        await watcher.see(PROMPT)
        long_ago = {"$set": {"last_activity_at": utcnow() - timedelta(hours=2)}}
        await SandboxSession.get_pymongo_collection().update_one({"_id": bench.sandbox.id}, long_ago)
        await bench.below.sandboxes.reaper.patrol()
        closed = (await watcher.end()).record
    assert (closed.ending, closed.reason) == (TerminalEnding.SANDBOX_ENDED, "Nothing used it for 15 minutes.")
