"""Commands that run beside the others, and executions that end with their sandbox or by their owner's wish."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from aura_gql.executions.errors import TooManyExecutions
from aura_gql.executions.records import (
    CodeRequest,
    CommandRequest,
    ExecutionErrorType,
    ExecutionLanguage,
    ExecutionLimits,
    ExecutionRecord,
    ExecutionStatus,
    TimeoutClock,
)
from aura_gql.infra.mongo import Database
from aura_gql.sandboxes.records import SandboxLimits
from tests.support.execution_bench import ExecutionBench, execution_bench
from tests.support.sandboxes import OWNER

Status = ExecutionStatus
Type = ExecutionErrorType
WAITING = "echo ready; sleep 1000"
# Each level of inclusion doubles what is to be read.
SLOW_TO_COMPILE = (
    "#if __INCLUDE_LEVEL__ < 100\n#include __FILE__\n#include __FILE__\n#endif\n"
    "#if __INCLUDE_LEVEL__ == 0\nint main(void) { return 0; }\n#endif\n"
)


async def background(bench: ExecutionBench, record: ExecutionRecord, command: str = WAITING) -> ExecutionRecord:
    """A command in the background of the sandbox in which `record` runs."""
    request = CommandRequest(record.sandbox_id, command, background=True)
    return await bench.executions.run_command(OWNER, request)


async def test_the_background_has_places_of_its_own_and_no_clock(database: Database, tmp_path: Path) -> None:
    limits = ExecutionLimits(max_running_per_sandbox=1, max_background_per_sandbox=1, default_timeout_ms=300)
    async with execution_bench(database, tmp_path, limits) as bench:
        sandbox_id = await bench.sandbox()
        request = CommandRequest(sandbox_id, WAITING, background=True)
        server = await bench.executions.run_command(OWNER, request)
        await bench.printed(server, b"ready")
        with pytest.raises(TooManyExecutions):
            await background(bench, server)
        slow = (await bench.command(sandbox_id, "sleep 1000")).record
        assert (slow.error_type, slow.timeout_clock) == (Type.TIMEOUT, TimeoutClock.EXECUTION)
        assert (await bench.executions.get(OWNER, server.id)).status is Status.RUNNING
        assert (server.timeout_ms, server.background) == (0, True)
        await bench.executions.cancel(OWNER, server.id)
        assert (await bench.ended(server)).record.status is Status.CANCELLED
        again = await background(bench, server, "true")
        assert (await bench.ended(again)).record.status is Status.COMPLETED


@pytest.mark.parametrize(
    ("sandbox_limits", "is_background", "clock"),
    [
        (SandboxLimits(idle_timeout_s=0.5), True, TimeoutClock.IDLE),
        (SandboxLimits(idle_timeout_s=0.0, lifetime_s=2.0), False, TimeoutClock.LIFETIME),
    ],
)
async def test_the_clock_of_the_sandbox_is_told(
    database: Database, tmp_path: Path, sandbox_limits: SandboxLimits, is_background: bool, clock: TimeoutClock
) -> None:
    async with execution_bench(database, tmp_path, sandbox_limits=sandbox_limits) as bench:
        request = CommandRequest(await bench.sandbox(), WAITING, background=is_background)
        record = await bench.executions.run_command(OWNER, request)
        ending = asyncio.create_task(bench.ended(record))
        while not ending.done():
            await bench.below.sandboxes.reaper.patrol()
            await asyncio.wait([ending], timeout=0.1)
        ended = (await ending).record
        assert (ended.status, ended.error_type, ended.timeout_clock) == (Status.FAILED, Type.TIMEOUT, clock)
        assert (ended.error_message or "").startswith("The sandbox was stopped. ")


async def test_what_is_printed_in_the_background_counts_as_activity(bench: ExecutionBench) -> None:
    request = CommandRequest(await bench.sandbox(), "sleep 0.5; echo ready", background=True)
    ended = (await bench.ended(await bench.executions.run_command(OWNER, request))).record
    assert ended.started_at is not None
    sandbox = await bench.below.sandboxes.get(OWNER, ended.sandbox_id)
    assert sandbox.last_activity_at >= ended.started_at + timedelta(seconds=0.5)


async def test_cancelling_ends_whatever_it_is_at(bench: ExecutionBench) -> None:
    sandbox_id, executions = await bench.sandbox(), bench.executions
    stubborn = await bench.start(sandbox_id, "trap '' TERM; (trap '' TERM; echo ready; exec sleep 999) & wait; wait")
    polite = await bench.start(sandbox_id, "trap 'echo asked; exit 5' TERM; echo ready; while :; do sleep 0.05; done")
    reading = await executions.run_command(OWNER, CommandRequest(sandbox_id, "echo ready; cat", stdin_open=True))
    code = CodeRequest(sandbox_id, ExecutionLanguage.C, SLOW_TO_COMPILE)
    compiling = await executions.execute_code(OWNER, code)
    for record in (stubborn, polite, reading):
        await bench.printed(record, b"ready")
    assert b"cc1" in (await bench.command(sandbox_id, "until pgrep cc1 >/dev/null; do sleep 0.05; done; ps -e")).stdout
    every = (stubborn, polite, reading, compiling)
    for record in every:
        await executions.cancel(OWNER, record.id)
    ends = await asyncio.gather(*(bench.ended(record) for record in every))
    assert {(end.record.status, end.record.error_type) for end in ends} == {(Status.CANCELLED, Type.CANCELLED)}
    assert (ends[0].record.signal, ends[1].record.exit_code, ends[1].stdout) == (9, 5, b"ready\nasked\n")
    left = (await bench.command(sandbox_id, "ps -e -o comm=; ls -A")).stdout
    assert not any(word in left for word in (b"sleep", b"cat", b"cc1", b".aura-")), left


async def test_compiler_and_children_count(bench: ExecutionBench) -> None:
    spin = "import os, time\nif os.fork() == 0:\n    if os.fork() == 0:\n        b = bytearray(60_000_000)\n"
    spin += "        while time.process_time() < 0.3: pass\n        os.write(9, b'x')\n    os._exit(0)\n"
    code = "import os\nr, w = os.pipe()\nos.dup2(w, 9)\n" + spin + "os.wait()\nos.read(r, 1)\ntime.sleep(0.2)\n"
    record = (await bench.code(await bench.sandbox(), code)).record
    assert record.status is Status.COMPLETED, record
    assert (record.cpu_time_ms or 0) >= 300
    assert (record.peak_memory_bytes or 0) > 60_000_000
