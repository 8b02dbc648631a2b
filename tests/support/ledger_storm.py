"""Readers of one ledger who come, go and are cut off at any moment while it is written; and what they missed of it."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bson import ObjectId

from aura_gql.executions import events
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.ledger import ExecutionLedger
from aura_gql.executions.outcome import Outcome, cancelled, end_fields, lost, output_limited, timed_out
from aura_gql.executions.recorder import OutputRecorder
from aura_gql.executions.records import (
    ExecutionFinished,
    ExecutionStatus,
    OutputBatchRecord,
    OutputChunkRecord,
    OutputTotals,
)
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.ports import Event
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.values import OutputStream
from tests.support.executions import store_execution

READERS = 12
WRITES = 250
LIMIT = 120_000
LOST = "lost with its server"
# How an execution may end; in the last three cases nobody, or nobody here, says so on the bus.
ENDS: dict[str, Outcome] = {
    "completed": Outcome(ExecutionStatus.COMPLETED, exit_code=0),
    "cancelled": cancelled("By its owner."),
    "timed out": timed_out(1000),
    "over the output limit": output_limited(LIMIT),
    "said late": Outcome(ExecutionStatus.COMPLETED, exit_code=0),
    "never said": Outcome(ExecutionStatus.COMPLETED, exit_code=0),
    "written elsewhere": Outcome(ExecutionStatus.COMPLETED, exit_code=0),
    LOST: lost("The server restarted while it ran."),
}

# Bytes of a stream that were written and need not be kept: a character that the limit cut, what a dead server had.
MAY_LACK: dict[str, int] = {"over the output limit": 3, LOST: 1 << 30}


class ForgetfulBus(InProcessBus):
    """A bus that loses and repeats events without a word, as every bus may."""

    def __init__(self, queue_size: int, quiet_s: float, chance: random.Random) -> None:
        super().__init__(queue_size, quiet_s)
        self._chance = chance

    async def publish(self, topic: str, event: Event) -> None:
        """As the port says."""
        for _ in range(self._chance.choice([0, 1, 1, 2])):
            await super().publish(topic, event)


@dataclass
class Damage:
    """What storms did: how often readers were cut off, what they read, and what was wrong with it."""

    cuts: int = 0
    readers: int = 0
    chunks: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Reader:
    """One client, which knows the chunks that it has seen, and resumes behind the last of them."""

    name: str
    ledger: ExecutionLedger
    execution_id: ObjectId
    chance: random.Random
    damage: Damage
    seen: list[OutputChunkRecord] = field(default_factory=list)
    ends: list[ExecutionFinished] = field(default_factory=list)

    async def read(self) -> None:
        """Until the end has come, whatever it takes."""
        while not self.ends:
            way = self.chance.choice([self._leave_behind_a_batch, self._leave_within_a_batch, self._be_cancelled])
            await way()
            if not self.ends:
                self.damage.cuts += 1
                await asyncio.sleep(self.chance.choice([0, 0, 0, 0.001, 0.004]))

    async def _leave_behind_a_batch(self) -> None:
        await self._follow(self.chance.randrange(4))

    async def _leave_within_a_batch(self) -> None:
        """A client that dies has kept only some of the last batch."""
        known = len(self.seen)
        await self._follow(self.chance.randrange(1, 4))
        if not self.ends and len(self.seen) > known:
            del self.seen[self.chance.randrange(known, len(self.seen)) :]

    async def _be_cancelled(self) -> None:
        """Cut off between any two steps."""
        reading = asyncio.create_task(self._follow(None))
        for _ in range(self.chance.randrange(1, 60)):
            await asyncio.sleep(0)
        if self.chance.random() < 0.3:
            await asyncio.sleep(self.chance.random() * 0.01)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading

    async def _follow(self, batches: int | None) -> None:
        """So many batches, or all; a slow reader rests between them."""
        rest_s = self.chance.choice([None, None, 0.0, 0.003])
        after = self.seen[-1].sequence if self.seen else 0
        async with contextlib.aclosing(self.ledger.follow(self.execution_id, after)) as following:
            if batches == 0:
                return
            async for event in following:
                match event:
                    case OutputBatchRecord():
                        self._take(event)
                    case ExecutionFinished():
                        self.ends.append(event)
                        if len(self.ends) > 1:
                            return
                    case _:
                        self._complain(f"got {event}")
                if batches is not None and (batches := batches - 1) == 0 and not self.ends:
                    return
                if rest_s is not None:
                    await asyncio.sleep(rest_s)

    def _take(self, batch: OutputBatchRecord) -> None:
        if self.ends:
            self._complain("got output behind the end")
        wanted = self.seen[-1].sequence + 1 if self.seen else 1
        numbers = [chunk.sequence for chunk in batch.chunks]
        if numbers != list(range(wanted, wanted + len(numbers))) or not numbers or numbers[-1] != batch.last:
            self._complain(f"got {numbers} where {wanted} was next")
        self.seen.extend(batch.chunks)

    def judge(self, truth: Sequence[OutputChunkRecord], status: ExecutionStatus) -> None:
        """Compare all that came with what is so."""
        self.damage.readers += 1
        self.damage.chunks += len(self.seen)
        if self.seen != list(truth):
            self._complain(f"has {len(self.seen)} chunks of {len(truth)}, or others")
        if len(self.ends) != 1:
            self._complain(f"has {len(self.ends)} ends")
        elif self.ends[0].last_sequence != len(truth) or self.ends[0].record.status is not status:
            self._complain(f"has the end {self.ends[0]}")

    def _complain(self, what: str) -> None:
        self.damage.wrong.append(f"{self.name} {what}")


async def storm(seed: int, damage: Damage) -> None:
    """One execution with all its readers; the same for the same seed as far as the event loop lets it. Needs the
    collections of executions.
    """
    chance = random.Random(seed)
    name = chance.choice(list(ENDS))
    bus = ForgetfulBus(chance.choice([1, 2, 32]), 0.03, chance)
    writers = InProcessBus() if name == "written elsewhere" else bus
    execution_id = await store_execution()
    ledger = ExecutionLedger(bus)
    readers = [
        Reader(
            f"Reader {number} of storm {seed} ({name})", ledger, execution_id, random.Random(chance.random()), damage
        )
        for number in range(READERS)
    ]
    coming = [asyncio.Event() for _ in readers]
    async with asyncio.TaskGroup() as group:
        for reader, called in zip(readers, coming, strict=True):
            group.create_task(_come(reader, called))
        written = await _write(execution_id, writers, name, chance, coming)
    truth = await everything_of(execution_id)
    for reader in readers:
        reader.judge(truth, ENDS[name].status)
    for stream, data in written.items():
        kept = b"".join(chunk.data for chunk in truth if chunk.stream is stream)
        if not data.startswith(kept) or len(data) - len(kept) > MAY_LACK.get(name, 0):
            damage.wrong.append(f"Storm {seed} ({name}): the ledger has other bytes of {stream} than were written")
    if bus.subscriber_count():
        damage.wrong.append(f"Storm {seed} ({name}): {bus.subscriber_count()} readers are still subscribed")
    damage.ends[name] += 1


async def everything_of(execution_id: ObjectId) -> list[OutputChunkRecord]:
    """Every chunk that is stored."""
    batches = await ExecutionOutput.find_batches(execution_id, 0, 100_000)
    return [chunk for batch in batches for chunk in batch.chunks]


async def _come(reader: Reader, called: asyncio.Event) -> None:
    await called.wait()
    await reader.read()


async def _write(
    execution_id: ObjectId, bus: InProcessBus, name: str, chance: random.Random, coming: Sequence[asyncio.Event]
) -> dict[OutputStream, bytes]:
    """Write as a process would, calling the readers in at any moment, and end; the bytes of each stream."""
    calls = sorted((chance.randrange(-WRITES // 4, WRITES + 1), place) for place in range(len(coming)))
    written = dict.fromkeys(OutputStream, b"")
    dies_at = chance.randrange(WRITES) if name == LOST else None
    limit = LIMIT if name == "over the output limit" else 1 << 30
    async with OutputRecorder(execution_id, bus, limit=limit, ttl_s=3600) as recorder:
        for number in range(WRITES):
            while calls and calls[0][0] <= number:
                coming[calls.pop(0)[1]].set()
            if number == dies_at:
                break
            stream = chance.choice([OutputStream.STDOUT, OutputStream.STDOUT, OutputStream.STDERR])
            data = b"%d " % number + chance.randbytes(chance.choice([3, 30, 3_000])) + b"\n"
            room = limit - sum(map(len, written.values()))
            written[stream] += data[:room]
            if not await recorder.write(stream, data):
                break
            if number % 5 == 0:
                await asyncio.sleep(chance.choice([0, 0.001, 0.004]))
        if dies_at is None:
            await recorder.finish()
    totals = await ExecutionOutput.totals(execution_id)
    for _, place in calls[len(calls) // 2 :]:
        coming[place].set()
    await _end(execution_id, bus, totals, name)
    for called in coming:
        called.set()
    return written


async def _end(execution_id: ObjectId, bus: InProcessBus, totals: OutputTotals, name: str) -> None:
    """End it as its runner would; not all live to say so."""
    await CodeExecution.finish(execution_id, {**totals.as_fields(), **end_fields(ENDS[name], utcnow())})
    if name == "said late":
        await asyncio.sleep(0.01)
    if name not in ("never said", LOST):
        await bus.publish(events.topic_of(execution_id), events.FINISHED)
