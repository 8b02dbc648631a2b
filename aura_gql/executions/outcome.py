"""How an execution ended, told truthfully."""

import signal
from dataclasses import dataclass, replace

from aura_gql.executions.records import ExecutionErrorType, ExecutionStatus
from aura_gql.sandboxes.values import EndReason, ExitStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """The terminal state of an execution; what is None nobody knows, or it does not apply."""

    status: ExecutionStatus
    error_type: ExecutionErrorType | None = None
    message: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    cpu_time_ms: int | None = None
    peak_memory_bytes: int | None = None


def failed(error_type: ExecutionErrorType, message: str) -> Outcome:
    """It did not work."""
    return Outcome(ExecutionStatus.FAILED, error_type, message)


def cancelled(message: str) -> Outcome:
    """Somebody stopped it."""
    return Outcome(ExecutionStatus.CANCELLED, ExecutionErrorType.CANCELLED, message)


def lost(message: str) -> Outcome:
    """Nobody can know how it ended."""
    return Outcome(ExecutionStatus.LOST, ExecutionErrorType.LOST, message)


def timed_out(timeout_ms: int) -> Outcome:
    """It ran into its time limit."""
    return failed(ExecutionErrorType.TIMEOUT, f"It ran longer than {timeout_ms} ms and was stopped.")


def output_limited(limit: int) -> Outcome:
    """It ran into the limit of its output."""
    message = f"It printed more than {limit} bytes and was stopped; the output up to there is kept."
    return failed(ExecutionErrorType.OUTPUT_LIMIT, message)


def at_fault(outcome: Outcome, language: str) -> Outcome:
    """The same end, for which the code itself was to blame before any of it ran."""
    message = f"It is not valid {language}; what it printed says where."
    return replace(outcome, error_type=ExecutionErrorType.SYNTAX, message=message)


def compiler_starved(outcome: Outcome) -> Outcome:
    """The same end, which came because the compiler found no room."""
    message = "Its compiler needed more memory or disk than the sandbox has."
    return replace(outcome, error_type=ExecutionErrorType.MEMORY, message=message)


def of_exit(end: ExitStatus, interruption: Outcome | None = None) -> Outcome:
    """The outcome of a process that ended as `end` says; where it was stopped, `interruption` says why."""
    outcome = interruption or _by_itself(end)
    return replace(
        outcome,
        exit_code=end.exit_code,
        signal=end.signal,
        cpu_time_ms=end.cpu_time_ms,
        peak_memory_bytes=end.peak_memory_bytes,
    )


def _by_itself(end: ExitStatus) -> Outcome:
    match end.reason:
        case EndReason.LOST:
            return lost("The sandbox went away while it ran.")
        case EndReason.MEMORY:
            return failed(ExecutionErrorType.MEMORY, "It needed more memory than the sandbox has.")
        case EndReason.DISK:
            return failed(ExecutionErrorType.RUNTIME, "It wrote more to the disk than the sandbox may hold.")
        case EndReason.SIGNALLED:
            return failed(ExecutionErrorType.RUNTIME, f"It was ended by signal {_signal_name(end.signal)}.")
        case EndReason.EXITED if end.exit_code == 0:
            return Outcome(ExecutionStatus.COMPLETED)
        case EndReason.EXITED:
            return failed(ExecutionErrorType.RUNTIME, f"It ended with exit code {end.exit_code}.")


def _signal_name(number: int | None) -> str:
    try:
        return f"{number} ({signal.Signals(number or 0).name})"
    except ValueError:
        return str(number)
