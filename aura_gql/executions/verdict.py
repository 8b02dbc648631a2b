"""Whether code that failed was at fault itself, asked of the language's own checker in the same sandbox."""

import asyncio

import structlog

from aura_gql.executions.languages import LANGUAGES
from aura_gql.executions.outcome import Outcome, at_fault, compiler_starved, not_installed
from aura_gql.executions.records import ExecutionErrorType, ExecutionLanguage
from aura_gql.executions.toolchains import FAULTY, STARVED, UNPREPARED, Toolchain
from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.ports import Process, Sandbox
from aura_gql.sandboxes.values import Command, SandboxFile

_log = structlog.get_logger(__name__)
_CHECK_TIMEOUT_S = 15


async def judged(
    machine: Sandbox, script: SandboxFile, language: ExecutionLanguage, toolchain: Toolchain, outcome: Outcome
) -> Outcome:
    """The outcome as it is, or as SYNTAX, MEMORY or SETUP where a check says so that runs none of the code.

    Costs nothing unless the code ended as its language's interpreter or compiler does with what it can't read. What
    the code printed is not looked at. A fault in a file that it imports is not its own.
    """
    if outcome.error_type is not ExecutionErrorType.RUNTIME or outcome.exit_code not in toolchain.fault_codes:
        return outcome
    try:
        match await _check(machine, script, toolchain):
            case code if code == FAULTY:
                return at_fault(outcome, LANGUAGES[language].words)
            case code if code == STARVED:
                return compiler_starved(outcome)
            case code if code == UNPREPARED:
                return not_installed(outcome)
    except DomainError as error:
        _log.info("execution.not_judged", reason=error.message)
    return outcome


async def _check(machine: Sandbox, script: SandboxFile, toolchain: Toolchain) -> int | None:
    """The check's exit code; None where it took too long."""
    # The code may have changed its own file.
    await machine.write_files([script])
    process = await machine.start_process(Command(toolchain.check_command(script.path)))
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            return await _exit_code(process)
    except TimeoutError:
        return None
    finally:
        await process.terminate(grace_ms=0)


async def _exit_code(process: Process) -> int | None:
    await process.close_stdin()
    async for _ in process.output():
        pass
    return (await process.wait()).exit_code
