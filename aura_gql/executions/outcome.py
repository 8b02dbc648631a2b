"""How an execution ended, told truthfully."""

import signal
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aura_gql.executions.records import ExecutionErrorType, ExecutionStatus, TimeoutClock
from aura_gql.sandboxes.records import SandboxClock, SandboxRecord
from aura_gql.sandboxes.values import EndReason, ExitStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """The terminal state of an execution; what is None nobody knows, or it does not apply."""

    status: ExecutionStatus
    error_type: ExecutionErrorType | None = None
    message: str | None = None
    clock: TimeoutClock | None = None
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
    return _by_clock(TimeoutClock.EXECUTION, f"It ran longer than {timeout_ms} ms and was stopped.")


def idle_too_long(idle_timeout_ms: int) -> Outcome:
    """It neither printed nor was fed anything for too long."""
    message = f"It printed nothing and was fed nothing for {idle_timeout_ms} ms and was stopped."
    return _by_clock(TimeoutClock.IDLE, message)


def sandbox_stopped(sandbox: SandboxRecord | None) -> Outcome:
    """Its sandbox was stopped: by a clock, or because somebody wanted it so."""
    reason = (sandbox and sandbox.status_reason) or "It is gone."
    message = f"The sandbox was stopped. {reason}"
    match sandbox and sandbox.ended_by:
        case SandboxClock.LIFETIME:
            return _by_clock(TimeoutClock.LIFETIME, message)
        case SandboxClock.IDLE:
            return _by_clock(TimeoutClock.IDLE, message)
    return cancelled(message)


def instead(outcome: Outcome, told: Outcome) -> Outcome:
    """What was measured of `outcome`, with the reason that `told` gives."""
    return replace(outcome, status=told.status, error_type=told.error_type, message=told.message, clock=told.clock)


def end_fields(outcome: Outcome, at: datetime) -> dict[str, Any]:
    """The record's fields that tell an end."""
    return {
        "status": outcome.status.value,
        "error_type": None if outcome.error_type is None else outcome.error_type.value,
        "error_message": outcome.message,
        "timeout_clock": None if outcome.clock is None else outcome.clock.value,
        "exit_code": outcome.exit_code,
        "signal": outcome.signal,
        "cpu_time_ms": outcome.cpu_time_ms,
        "peak_memory_bytes": outcome.peak_memory_bytes,
        "finished_at": at,
    }


def _by_clock(clock: TimeoutClock, message: str) -> Outcome:
    return Outcome(ExecutionStatus.FAILED, ExecutionErrorType.TIMEOUT, message, clock)


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


def not_installed(outcome: Outcome) -> Outcome:
    """The same end, before the code: its packages could not be installed."""
    message = "Its dependencies could not be installed; what it printed says why."
    return replace(outcome, error_type=ExecutionErrorType.SETUP, message=message)


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
