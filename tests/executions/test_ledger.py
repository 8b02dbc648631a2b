"""The promise of the ledger: every chunk once, in order, then one end, whatever happens on the way."""

import asyncio
import contextlib
import random

import pytest
from bson import ObjectId

from aura_gql.executions import ledger as ledger_module
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.errors import ExecutionNotFound
from aura_gql.executions.ledger import ExecutionLedger
from aura_gql.executions.recorder import OutputRecorder
from aura_gql.executions.records import ExecutionFinished, OutputBatchRecord, OutputChunkRecord, OutputGap, OutputTotals
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.values import OutputStream
from tests.support.executions import finish_execution, read_ledger, store_execution
from tests.support.waiting import until

OUT, ERR = OutputStream.STDOUT, OutputStream.STDERR

pytestmark = pytest.mark.usefixtures("collections")


async def record_all(bus: InProcessBus, execution_id: ObjectId, writes: list[tuple[OutputStream, bytes]]) -> None:
    """Write as a process would, with pauses, then end."""
    async with OutputRecorder(execution_id, bus, limit=1 << 30, ttl_s=3600) as recorder:
        for number, (stream, data) in enumerate(writes):
            await recorder.write(stream, data)
            if number % 50 == 0:
                await asyncio.sleep(0.001)
        totals = await recorder.finish()
    await finish_execution(bus, execution_id, totals)


def some_writes(seed: int, count: int) -> list[tuple[OutputStream, bytes]]:
    """Lines and blobs on both streams."""
    chance = random.Random(seed)
    return [
        (chance.choice([OUT, OUT, ERR]), b"%d " % number + chance.randbytes(chance.choice([3, 30, 3_000])) + b"\n")
        for number in range(count)
    ]


def joined(chunks: list[OutputChunkRecord], stream: OutputStream) -> bytes:
    """All that one stream wrote."""
    return b"".join(chunk.data for chunk in chunks if chunk.stream is stream)


def assert_whole(chunks: list[OutputChunkRecord], writes: list[tuple[OutputStream, bytes]]) -> None:
    """Every chunk once and in order, and every byte of both streams."""
    assert [chunk.sequence for chunk in chunks] == list(range(1, len(chunks) + 1))
    for stream in OutputStream:
        assert joined(chunks, stream) == b"".join(data for written, data in writes if written is stream)


async def test_what_another_server_runs_comes_from_the_database() -> None:
    execution_id, writes = await store_execution(), some_writes(3, 120)
    here, there = InProcessBus(quiet_s=0.02), InProcessBus()
    reading = asyncio.create_task(read_ledger(ExecutionLedger(here), execution_id))
    await until(lambda: here.subscriber_count() == 1)
    await record_all(there, execution_id, writes)
    chunks, others = await asyncio.wait_for(reading, 20)
    assert_whole(chunks, writes)
    assert len(others) == 1


async def test_resuming_in_the_middle_of_a_batch() -> None:
    bus = InProcessBus()
    ledger = ExecutionLedger(bus)
    execution_id = await store_execution()
    writes = [(OUT if number % 2 else ERR, b"%d" % number) for number in range(60)]
    await record_all(bus, execution_id, writes)
    everything, _ = await read_ledger(ledger, execution_id)
    for after in range(len(everything) + 1):
        chunks, (end,) = await read_ledger(ledger, execution_id, after)
        assert chunks == everything[after:]
        assert isinstance(end, ExecutionFinished)
        assert end.last_sequence == len(everything)


async def test_a_slow_reader_gets_everything_though_the_bus_lost_most() -> None:
    bus = InProcessBus(queue_size=1)
    ledger = ExecutionLedger(bus)
    execution_id = await store_execution()
    writes = some_writes(7, 2_000)
    async with contextlib.aclosing(ledger.follow(execution_id, 0)) as following:
        first = asyncio.ensure_future(anext(following))
        await until(lambda: bus.subscriber_count() == 1)
        await record_all(bus, execution_id, writes)
        chunks: list[OutputChunkRecord] = []
        event = await first
        while isinstance(event, OutputBatchRecord):
            chunks += event.chunks
            event = await anext(following)
    assert isinstance(event, ExecutionFinished)
    assert_whole(chunks, writes)


async def test_an_end_without_output() -> None:
    bus = InProcessBus()
    execution_id = await store_execution()
    reading = asyncio.create_task(read_ledger(ExecutionLedger(bus), execution_id))
    await until(lambda: bus.subscriber_count() == 1)
    await finish_execution(bus, execution_id, OutputTotals())
    chunks, (end,) = await reading
    assert chunks == []
    assert isinstance(end, ExecutionFinished)
    assert (end.last_sequence, end.record.exit_code) == (0, 0)


async def test_expired_output_is_a_gap_and_what_is_kept_follows(database: Database) -> None:
    bus = InProcessBus()
    ledger = ExecutionLedger(bus)
    execution_id = await store_execution()
    async with OutputRecorder(execution_id, bus, limit=1 << 30, ttl_s=3600) as recorder:
        for number in range(5):
            await recorder.write(OUT, b"%d" % number)
            await recorder.finish()
        await finish_execution(bus, execution_id, recorder.totals)
    output = database["execution_output"]
    await output.delete_many({"execution_id": execution_id, "last": {"$in": [1, 3, 5]}})
    chunks, others = await read_ledger(ledger, execution_id)
    assert [chunk.sequence for chunk in chunks] == [2, 4]
    assert others[:-1] == [OutputGap(execution_id, number, number) for number in (1, 3, 5)]
    await output.delete_many({})
    chunks, others = await read_ledger(ledger, execution_id, 2)
    assert (chunks, others[0]) == ([], OutputGap(execution_id, 3, 5))


@pytest.mark.parametrize("ends_at", [2, 3, 4])
async def test_what_was_stored_behind_the_end_is_no_output(ends_at: int) -> None:
    """A server that stood still was taken for dead, went on, and stored more."""
    bus = InProcessBus()
    execution_id = await store_execution()
    async with OutputRecorder(execution_id, bus, limit=1 << 30, ttl_s=3600) as recorder:
        for batch in range(3):
            for stream in (OUT, ERR):
                await recorder.write(stream, b"%d" % batch)
            await recorder.finish()
        await finish_execution(bus, execution_id, OutputTotals(ends_at, 2, 2))
    for after in range(6):
        chunks, (end,) = await read_ledger(ExecutionLedger(bus), execution_id, after)
        assert [chunk.sequence for chunk in chunks] == list(range(after + 1, ends_at + 1))
        assert isinstance(end, ExecutionFinished)
        assert end.last_sequence == ends_at


async def test_after_must_be_a_number_so_far() -> None:
    bus = InProcessBus()
    ledger = ExecutionLedger(bus)
    execution_id = await store_execution()
    await ExecutionOutput.add_batch(
        OutputBatchRecord(execution_id, 1, 1, ()),
        OutputTotals(1, 1, 0),
        utcnow(),
    )
    for after in (-1, 2):
        with pytest.raises(InvalidInput) as caught:
            await read_ledger(ledger, execution_id, after)
        assert caught.value.field == ("after",)
    with pytest.raises(ExecutionNotFound):
        await read_ledger(ledger, ObjectId())
    assert bus.subscriber_count() == 0


async def test_a_closing_bus_ends_the_stream_with_the_end_only_where_it_came() -> None:
    bus = InProcessBus()
    ledger = ExecutionLedger(bus)
    ended, going = await store_execution(), await store_execution()

    async def collect(execution_id: ObjectId) -> list[object]:
        return [event async for event in ledger.follow(execution_id, 0)]

    readers = [asyncio.create_task(collect(execution_id)) for execution_id in (ended, going)]
    await until(lambda: bus.subscriber_count() == 2)
    await finish_execution(bus, ended, OutputTotals())
    await bus.close()
    assert len(await readers[0]) == 1
    assert await readers[1] == []


@pytest.mark.parametrize("is_hot", [True, False])
async def test_ends_where_the_execution_is_not_the_viewers_any_more(
    is_hot: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "_LOOK_S", 0.02)
    bus, execution_id = InProcessBus(quiet_s=3600 if is_hot else 0.02), await store_execution()
    execution = await CodeExecution.find_record(execution_id)
    assert execution is not None
    following = ExecutionLedger(bus).follow(execution_id, 0, execution.user_id)
    async with contextlib.aclosing(following), OutputRecorder(execution_id, bus, limit=1 << 30, ttl_s=3600) as recorder:
        reading = asyncio.create_task(anext(following))
        await recorder.write(OUT, b"1")
        await asyncio.wait_for(reading, 60)
        await CodeExecution.find_all().update({"$set": {"user_id": "another"}})

        async def read_on() -> None:
            while True:
                if is_hot:
                    await recorder.write(OUT, b"more")
                await anext(following)

        with pytest.raises(ExecutionNotFound):
            await asyncio.wait_for(read_on(), 60)
    assert bus.subscriber_count() == 0


async def test_a_reader_who_rests_holds_little_and_misses_nothing() -> None:
    execution_id = await store_execution()
    bus = CountingBus()
    following = ExecutionLedger(bus).follow(execution_id, 0)
    async with contextlib.aclosing(following):
        reading = asyncio.create_task(anext(following))
        await until(lambda: bus.subscriber_count() == 1)
        writes = [(OUT, b"x" * 64 * 1024) for _ in range(100)]
        await record_all(bus, execution_id, writes)
        assert bus.waiting() <= 32
        first = await reading
        assert isinstance(first, OutputBatchRecord)
        rest = [event async for event in following]
    assert_whole([*first.chunks, *(c for event in rest[:-1] for c in event.chunks)], writes)  # type: ignore[union-attr]
    assert isinstance(rest[-1], ExecutionFinished)


class CountingBus(InProcessBus):
    """A bus that tells how much waits for its readers."""

    def waiting(self) -> int:
        """Events in all queues."""
        return sum(len(subscriber._events) for subscriber in self._all())
