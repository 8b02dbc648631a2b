"""What is said of an end."""

import pytest

from aura_gql.sandboxes.values import EndReason, ExitStatus
from aura_gql.terminals.ends import End, closed, ending_of, lost
from aura_gql.terminals.records import TerminalEnding, TerminalStatus
from tests.support.terminals import TerminalBench

SEEN = [
    (
        ExitStatus(EndReason.EXITED, exit_code=0),
        None,
        End(TerminalEnding.EXITED, "Its program ended with exit code 0.", 0),
    ),
    (
        ExitStatus(EndReason.SIGNALLED, signal=9),
        None,
        End(TerminalEnding.EXITED, "Its program ended by signal 9.", None, 9),
    ),
    (
        ExitStatus(EndReason.MEMORY, signal=9),
        None,
        End(TerminalEnding.EXITED, "It needed more memory than the sandbox has.", None, 9),
    ),
    (ExitStatus(EndReason.SIGNALLED, signal=1), "Closed.", End(TerminalEnding.CLOSED, "Closed.", None, 1)),
    (ExitStatus(EndReason.LOST), "Closed.", End(TerminalEnding.CLOSED, "Closed.")),
]


async def test_programs_that_were_seen_to_end(bench: TerminalBench) -> None:
    machine = await bench.below.sandboxes.attach(bench.sandbox.id)
    for status, close_reason, end in SEEN:
        assert await ending_of(status, close_reason, bench.sandbox.id, machine, bench.below.sandboxes) == end


async def test_one_that_was_lost(bench: TerminalBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura_gql.terminals.ends._WORD_PATIENCE_S", 0.01)
    sandboxes, sandbox_id = bench.below.sandboxes, bench.sandbox.id
    machine, gone = await sandboxes.attach(sandbox_id), ExitStatus(EndReason.LOST)

    async def end() -> End:
        return await ending_of(gone, None, sandbox_id, machine, sandboxes)

    assert await end() == lost("The connection to its machine was lost.")
    await machine.stop()
    assert await end() == End(TerminalEnding.SANDBOX_ENDED, "The sandbox was stopped.")
    await sandboxes.remove_project(bench.sandbox.project_id)
    assert await end() == End(TerminalEnding.SANDBOX_ENDED, "Its sandbox was deleted.")


async def test_a_record_closes(bench: TerminalBench) -> None:
    record = await bench.open("sleep", "600")
    ended = closed(record, End(TerminalEnding.EXITED, "So.", 4))
    assert (ended.status, ended.reason, ended.exit_code) == (TerminalStatus.CLOSED, "So.", 4)
    assert ended.closed_at is not None
    assert not ended.is_open
