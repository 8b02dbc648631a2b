"""From a process's writes to numbered batches in the database and on the bus."""

import asyncio

import pytest
from bson import ObjectId

from aura_gql.executions import events
from aura_gql.executions import recorder as module
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.recorder import MAX_BATCH_BYTES, MAX_BATCH_CHUNKS, OutputRecorder
from aura_gql.executions.records import OutputBatchRecord, OutputTotals
from aura_gql.infra.bus import InProcessBus
from aura_gql.sandboxes.values import OutputStream
from tests.support.executions import store_execution
from tests.support.waiting import until

OUT, ERR = OutputStream.STDOUT, OutputStream.STDERR

pytestmark = pytest.mark.usefixtures("collections")


async def stored(execution_id: ObjectId) -> list[OutputBatchRecord]:
    """Every batch in the database."""
    return await ExecutionOutput.find_batches(execution_id, 0, 10_000)


def recorder(execution_id: ObjectId, bus: InProcessBus | None = None, limit: int = 1 << 30) -> OutputRecorder:
    """A recorder with room."""
    return OutputRecorder(execution_id, bus or InProcessBus(), limit=limit, ttl_s=3600)


async def test_the_first_output_goes_out_while_the_process_runs() -> None:
    execution_id = await store_execution()
    async with recorder(execution_id) as record:
        await record.write(OUT, b"Name? ")
        batches = await until(lambda: stored(execution_id))
        assert [chunk.data for chunk in batches[0].chunks] == [b"Name? "]
        assert await record.finish() == OutputTotals(1, 6, 0)


async def test_a_line_that_is_written_in_pieces_is_one_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_PATIENCE_S", 3600.0)
    execution_id = await store_execution()
    async with recorder(execution_id) as record:
        for piece in (b"line", b" ", b"1", b"\n"):
            await record.write(OUT, piece)
            for _ in range(10):
                await asyncio.sleep(0)
        await record.finish()
    assert [chunk.data for batch in await stored(execution_id) for chunk in batch.chunks] == [b"line 1\n"]


async def test_batches_are_numbered_without_gap_bounded_and_on_the_bus_after_they_are_stored() -> None:
    execution_id = await store_execution()
    bus = InProcessBus()
    heard: list[OutputBatchRecord] = []

    async def listen() -> None:
        async with bus.subscribe(events.topic_of(execution_id)) as carried:
            listening.set()
            async for event in carried:
                assert event is not None
                batch = events.batch_from_plain(execution_id, event)
                heard.append(batch)
                assert batch in await stored(execution_id)

    listening = asyncio.Event()
    task = asyncio.create_task(listen())
    await listening.wait()
    written = {OUT: b"", ERR: b""}
    async with recorder(execution_id, bus) as record:
        for number in range(3_000):
            stream, data = (OUT, b"line %d\n" % number) if number % 3 else (ERR, b"x" * (number % 700))
            if data:
                written[stream] += data
                assert await record.write(stream, data)
        totals = await record.finish()
    await bus.close()
    await task
    batches = await stored(execution_id)
    assert heard == batches
    chunks = [chunk for batch in batches for chunk in batch.chunks]
    assert [chunk.sequence for chunk in chunks] == list(range(1, totals.last_sequence + 1))
    for stream in OutputStream:
        assert b"".join(chunk.data for chunk in chunks if chunk.stream is stream) == written[stream]
    assert totals == OutputTotals(len(chunks), len(written[OUT]), len(written[ERR]))
    assert totals == await ExecutionOutput.totals(execution_id)
    for batch in batches:
        assert len(batch.chunks) <= MAX_BATCH_CHUNKS
        assert sum(len(chunk.data) for chunk in batch.chunks) <= MAX_BATCH_BYTES


async def test_many_lines_become_few_batches() -> None:
    execution_id = await store_execution()
    async with recorder(execution_id) as record:
        for number in range(20_000):
            await record.write(OUT, b"line %d of many\n" % number)
        totals = await record.finish()
    assert totals.stdout_bytes == sum(len(b"line %d of many\n" % number) for number in range(20_000))
    assert totals.last_sequence < 500
    assert all(chunk.data.endswith(b"\n") for batch in await stored(execution_id) for chunk in batch.chunks)


async def test_the_limit_cuts_exactly_and_says_so() -> None:
    execution_id = await store_execution()
    async with recorder(execution_id, limit=10) as record:
        assert await record.write(OUT, b"12345678")
        assert not await record.write(OUT, b"9abc")
        assert not await record.write(ERR, b"more")
        assert record.truncated
        totals = await record.finish()
    assert totals == OutputTotals(1, 10, 0) or totals.stdout_bytes == 10
    assert b"".join(chunk.data for batch in await stored(execution_id) for chunk in batch.chunks) == b"123456789a"


async def test_output_of_exactly_the_limit_is_not_truncated() -> None:
    execution_id = await store_execution()
    async with recorder(execution_id, limit=4) as record:
        assert await record.write(OUT, b"1234")
        assert not record.truncated
        assert (await record.finish()).stdout_bytes == 4


async def test_a_running_execution_shows_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    execution_id = await store_execution()
    monkeypatch.setattr("aura_gql.executions.recorder._PROGRESS_INTERVAL_S", 0.0)
    async with recorder(execution_id) as record:
        await record.write(OUT, b"123")

        async def seen() -> bool:
            found = await CodeExecution.find_record(execution_id)
            return found is not None and found.stdout_bytes == 3 and found.last_sequence == 1

        await until(seen)
        await record.finish()


@pytest.mark.parametrize("steps", range(12))
async def test_the_end_counts_what_is_still_on_its_way(steps: int) -> None:
    execution_id = await store_execution()
    async with recorder(execution_id) as record:
        await record.write(OUT, b"last words")
        for _ in range(steps):
            await asyncio.sleep(0)
        assert await record.finish() == OutputTotals(1, 10, 0)


async def test_leaving_without_output_leaves_nothing() -> None:
    execution_id = await store_execution()
    async with recorder(execution_id) as record:
        assert await record.finish() == OutputTotals()
    assert await stored(execution_id) == []
