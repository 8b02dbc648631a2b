"""The truth about an end."""

import pytest

from aura_gql.executions.outcome import cancelled, of_exit, timed_out
from aura_gql.executions.records import ExecutionErrorType, ExecutionStatus
from aura_gql.sandboxes.values import EndReason, ExitStatus

Type = ExecutionErrorType


@pytest.mark.parametrize(
    ("end", "status", "error_type"),
    [
        (ExitStatus(EndReason.EXITED, exit_code=0), ExecutionStatus.COMPLETED, None),
        (ExitStatus(EndReason.EXITED, exit_code=3), ExecutionStatus.FAILED, Type.RUNTIME),
        (ExitStatus(EndReason.SIGNALLED, signal=9), ExecutionStatus.FAILED, Type.RUNTIME),
        (ExitStatus(EndReason.MEMORY, signal=9), ExecutionStatus.FAILED, Type.MEMORY),
        (ExitStatus(EndReason.DISK, signal=9), ExecutionStatus.FAILED, Type.RUNTIME),
        (ExitStatus(EndReason.LOST), ExecutionStatus.LOST, Type.LOST),
    ],
)
def test_an_end_by_itself(end: ExitStatus, status: ExecutionStatus, error_type: Type | None) -> None:
    outcome = of_exit(end)
    assert (outcome.status, outcome.error_type) == (status, error_type)
    assert (outcome.exit_code, outcome.signal) == (end.exit_code, end.signal)
    assert (outcome.message is None) == (status is ExecutionStatus.COMPLETED)


def test_a_signal_is_named() -> None:
    assert of_exit(ExitStatus(EndReason.SIGNALLED, signal=11)).message == "It was ended by signal 11 (SIGSEGV)."
    assert of_exit(ExitStatus(EndReason.SIGNALLED, signal=63)).message == "It was ended by signal 63."


def test_an_interruption_keeps_what_was_measured() -> None:
    end = ExitStatus(EndReason.SIGNALLED, signal=15, cpu_time_ms=7, peak_memory_bytes=9)
    outcome = of_exit(end, timed_out(100))
    assert (outcome.status, outcome.error_type) == (ExecutionStatus.FAILED, Type.TIMEOUT)
    assert (outcome.signal, outcome.cpu_time_ms, outcome.peak_memory_bytes) == (15, 7, 9)
    assert of_exit(end, cancelled("Stop.")).status is ExecutionStatus.CANCELLED
