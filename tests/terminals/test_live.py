"""One terminal and those who follow it."""

import asyncio
import contextlib
import itertools
import random
from dataclasses import replace

from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.terminals.errors import TerminalBusy
from aura_gql.terminals.records import TerminalClosed, TerminalGap, TerminalOutput
from tests.support.sandboxes import OWNER
from tests.support.terminals import TerminalBench
from tests.support.waiting import until

LINES = 30_000
# Waits for a key, so that those who follow are there before it begins.
FLOOD = f"stty -opost -echo; echo set; read go; seq 1 {LINES}"


def of_flood(shown: bytes) -> list[int]:
    """The whole numbers that a reader has seen, without the first and the last of a piece, which may be cut."""
    return [int(line) for line in shown.split(b"\n") if line.isdigit()]


async def test_readers_who_come_and_go_in_a_flood_get_each_chunk_once_in_order(bench: TerminalBench) -> None:
    record = await bench.open("sh", "-c", FLOOD)
    steady, last, seen, gaps = bench.watch(record), 0, b"", 0
    chance = random.Random(3)
    async with steady:
        await steady.see("set")
        await bench.type(record, "\n")
        closed = False
        while not closed:
            left = chance.randint(1, 6)
            async with contextlib.aclosing(bench.service.output(OWNER, record.id, last)) as events:
                async for event in events:
                    if isinstance(event, TerminalClosed):
                        closed = True
                        break
                    assert event.first == last + 1
                    last = event.last
                    if isinstance(event, TerminalGap):
                        gaps += 1
                        seen = b""
                    else:
                        seen += event.data
                    if not (left := left - 1):
                        break
        await steady.end()
    assert steady.gaps == []
    assert of_flood(steady.shown) == list(range(1, LINES + 1))
    assert steady.last == last
    assert steady.shown.endswith(seen)
    assert gaps == 0 or len(seen) > bench.limits.scrollback_bytes // 2


async def test_a_reader_who_falls_behind_holds_nobody_up_and_is_told(bench: TerminalBench) -> None:
    record = await bench.open("sh", "-c", FLOOD)
    async with bench.watch(record) as quick, contextlib.aclosing(bench.service.output(OWNER, record.id)) as slow:
        first = await anext(slow)
        assert isinstance(first, TerminalOutput)
        await quick.see("set")
        await bench.type(record, "\n")
        await quick.end()
        rest = [event async for event in slow]
    gap = next(event for event in rest if isinstance(event, TerminalGap))
    outputs = [event for event in rest if isinstance(event, TerminalOutput)]
    assert isinstance(rest[-1], TerminalClosed)
    assert gap.last > gap.first
    numbers = [(event.first, event.last) for event in (first, *rest[:-1]) if not isinstance(event, TerminalClosed)]
    assert all(after[0] == before[1] + 1 for before, after in itertools.pairwise(numbers))
    assert outputs[-1].last == quick.last
    assert quick.shown.endswith(b"".join(event.data for event in outputs if event.first > gap.last))


async def test_characters_come_whole(bench: TerminalBench) -> None:
    record = await bench.open(
        "sh", "-c", r"stty -echo -opost; printf 'a\342'; read x; printf '\202\254b\377\n'; printf '\342'"
    )
    async with bench.watch(record) as watcher:
        await watcher.see("a")
        await bench.type(record, "\n")
        await watcher.end()
    assert watcher.shown == b"a" + "€".encode() + b"b\xff\n\xe2"
    outputs = [
        event.data async for event in bench.service.output(OWNER, record.id, 1) if isinstance(event, TerminalOutput)
    ]
    assert b"".join(outputs).count("€".encode()) == 1


async def test_what_nobody_reads_is_bounded(bench: TerminalBench) -> None:
    bench.service = bench.more(replace(bench.limits, max_waiting_bytes=100_000, write_patience_s=1.0))
    record = await bench.open("sh", "-c", "stty raw -echo; echo set; exec sleep 600")
    async with bench.watch(record) as watcher:
        await watcher.see("set")
        writing = (bench.service.write(OWNER, record.id, bytes(60_000)) for _ in range(2))
        refused = await asyncio.gather(*writing, return_exceptions=True)
        assert {type(error) for error in refused} == {TerminalBusy}
        assert sorted("wait already" in str(error) for error in refused) == [False, True]
        assert sorted("read what was typed" in str(error) for error in refused) == [False, True]


async def last_used(bench: TerminalBench) -> object:
    found = await SandboxSession.find_record(bench.sandbox.id)
    assert found is not None
    return found.last_activity_at


async def test_typing_is_activity(bench: TerminalBench) -> None:
    bench.service = bench.more(replace(bench.limits, activity_interval_s=0.0))
    record = await bench.open("sh", "-c", "stty -echo; exec sleep 600")
    at_first = await last_used(bench)
    await bench.type(record, "one\n")

    async def noted() -> bool:
        return await last_used(bench) != at_first

    await until(noted)


async def test_output_is_activity_while_somebody_sees_it(bench: TerminalBench) -> None:
    bench.service = bench.more(replace(bench.limits, activity_interval_s=0.0))
    record = await bench.open("sh", "-c", "while :; do echo tick; sleep 0.01; done")
    last = (await bench.service.get(OWNER, record.id)).last_sequence
    at_first = await last_used(bench)

    async def goes_on() -> bool:
        return (await bench.service.get(OWNER, record.id)).last_sequence > last + 5

    await until(goes_on)
    assert await last_used(bench) == at_first

    async def noted() -> bool:
        return await last_used(bench) != at_first

    async with bench.watch(record):
        await until(noted)
