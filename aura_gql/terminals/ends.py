"""What is said of a terminal's end: the truth as far as it is known."""

import asyncio
from dataclasses import dataclass, replace

from bson import ObjectId

from aura_gql.infra.patience import patiently
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.records import ENDED_STATUSES, SandboxStatus
from aura_gql.sandboxes.service import SandboxService
from aura_gql.sandboxes.values import EndReason, ExitStatus
from aura_gql.terminals.records import TerminalEnding, TerminalRecord, TerminalStatus

# A machine that has ended says so at once.
_WORD_PATIENCE_S = 2.0
_EXCESSES = {
    EndReason.MEMORY: "It needed more memory than the sandbox has.",
    EndReason.DISK: "The sandbox used more disk than it may.",
}


@dataclass(frozen=True, slots=True)
class End:
    """What closed a terminal, and what is known of its program's end."""

    ending: TerminalEnding
    reason: str
    exit_code: int | None = None
    signal: int | None = None


def lost(reason: str) -> End:
    """Nobody knows how its program ended."""
    return End(TerminalEnding.LOST, reason)


async def ending_of(
    status: ExitStatus, close_reason: str | None, sandbox_id: ObjectId, machine: Sandbox, sandboxes: SandboxService
) -> End:
    """The end that a program's exit makes: `close_reason` says why somebody wanted it, if anybody did."""
    code, signal = status.exit_code, status.signal
    if close_reason is not None:
        return End(TerminalEnding.CLOSED, close_reason, code, signal)
    if status.reason is EndReason.LOST:
        return await _without_machine(sandbox_id, machine, sandboxes)
    if status.reason in _EXCESSES:
        return End(TerminalEnding.EXITED, _EXCESSES[status.reason], code, signal)
    how = f"by signal {signal}" if code is None else f"with exit code {code}"
    return End(TerminalEnding.EXITED, f"Its program ended {how}.", code, signal)


def closed(record: TerminalRecord, end: End) -> TerminalRecord:
    """The terminal as it is from now on."""
    return replace(
        record,
        status=TerminalStatus.CLOSED,
        ending=end.ending,
        reason=end.reason,
        exit_code=end.exit_code,
        signal=end.signal,
        closed_at=utcnow(),
    )


async def _without_machine(sandbox_id: ObjectId, machine: Sandbox, sandboxes: SandboxService) -> End:
    """Why it was lost: with its sandbox, with the machine under it, or otherwise."""
    sandbox = await patiently(lambda: sandboxes.state(sandbox_id))
    if sandbox is None:
        return End(TerminalEnding.SANDBOX_ENDED, "Its sandbox was deleted.")
    if sandbox.status is SandboxStatus.STOPPING or sandbox.status in ENDED_STATUSES:
        return End(TerminalEnding.SANDBOX_ENDED, sandbox.status_reason or "Its sandbox ended.")
    try:
        async with asyncio.timeout(_WORD_PATIENCE_S):
            return End(TerminalEnding.SANDBOX_ENDED, await machine.wait_gone())
    except TimeoutError:
        return lost("The connection to its machine was lost.")
