"""Standard input that stays open: on real programs."""

import asyncio
from pathlib import Path

import pytest

from aura_gql.executions.errors import ExecutionEnded, ExecutionNotFound, InputClosed, InputNotRead
from aura_gql.executions.records import (
    CommandRequest,
    ExecutionErrorType,
    ExecutionLimits,
    ExecutionStatus,
    TimeoutClock,
)
from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import InvalidInput
from tests.support.execution_bench import ExecutionBench, execution_bench
from tests.support.sandboxes import OWNER

Status = ExecutionStatus


async def test_what_is_sent_arrives_in_order_until_the_end(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    request = CommandRequest(sandbox_id, "while read line; do echo got $line; done", stdin=b"first\n", stdin_open=True)
    record = await bench.executions.run_command(OWNER, request)
    send = bench.executions.send_input
    await bench.printed(record, b"got first\n")
    for number in range(3):
        await send(OWNER, record.id, b"%d\n" % number, close=False)
    await bench.printed(record, b"got 2\n")
    with pytest.raises(ExecutionNotFound):
        await send("other", record.id, b"x", close=False)
    with pytest.raises(InvalidInput):
        await send(OWNER, record.id, bytes(bench.limits.max_input_bytes + 1), close=False)
    await send(OWNER, record.id, b"last\n", close=True)
    with pytest.raises((InputClosed, ExecutionEnded)):
        await send(OWNER, record.id, b"late\n", close=False)
    done = await bench.ended(record)
    assert (done.record.status, done.stdout) == (
        Status.COMPLETED,
        b"got first\ngot 0\ngot 1\ngot 2\ngot last\n",
    )
    with pytest.raises(ExecutionEnded):
        await send(OWNER, record.id, b"late\n", close=False)


async def test_an_input_that_was_not_left_open_is_closed(bench: ExecutionBench) -> None:
    record = await bench.start(await bench.sandbox(), "cat; echo ready; sleep 1000")
    await bench.printed(record, b"ready")
    with pytest.raises(InputClosed):
        await bench.executions.send_input(OWNER, record.id, b"x", close=False)


async def test_a_program_that_does_not_read_holds_its_feeders_back(database: Database, tmp_path: Path) -> None:
    limits = ExecutionLimits(max_input_waiting_bytes=64 * 1024, input_patience_s=0.05)
    async with execution_bench(database, tmp_path, limits) as bench:
        command = "echo ready; trap 'cat | wc -c; exit' USR1; while :; do sleep 0.05; done"
        request = CommandRequest(await bench.sandbox(), command, stdin_open=True)
        record = await bench.executions.run_command(OWNER, request)
        await bench.printed(record, b"ready")
        piece, sent, refused = bytes(limits.max_input_bytes), 0, 0
        while not refused:
            try:
                await bench.executions.send_input(OWNER, record.id, piece, close=False)
                sent += len(piece)
            except InputNotRead as error:
                refused = int(str(error.details["waitingBytes"]))
        assert refused == len(piece)
        closing = asyncio.create_task(bench.executions.send_input(OWNER, record.id, b"", close=True))
        await bench.command(record.sandbox_id, "pkill -USR1 -o bash || kill -USR1 $(pgrep -o bash)")
        await closing
        done = await bench.ended(record)
        assert done.stdout.split() == [b"ready", b"%d" % sent]


async def test_silence_ends_it_and_input_keeps_it_alive(bench: ExecutionBench) -> None:
    request = CommandRequest(await bench.sandbox(), "read line; sleep 1000", stdin_open=True, idle_timeout_ms=300)
    record = await bench.executions.run_command(OWNER, request)
    ended = (await bench.ended(record)).record
    assert (ended.status, ended.error_type) == (Status.FAILED, ExecutionErrorType.TIMEOUT)
    assert ended.timeout_clock is TimeoutClock.IDLE
    assert ended.error_message == "It printed nothing and was fed nothing for 300 ms and was stopped."
