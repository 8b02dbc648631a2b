"""One execution from its place in the queue to its end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from datetime import datetime
from typing import Any, TypeVar

import structlog
from pymongo.errors import PyMongoError

from aura_gql.executions import events
from aura_gql.executions.clocks import Clocks
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.feed import InputFeed
from aura_gql.executions.outcome import (
    Outcome,
    cancelled,
    end_fields,
    failed,
    idle_too_long,
    instead,
    lost,
    of_exit,
    output_limited,
    sandbox_stopped,
    timed_out,
)
from aura_gql.executions.recorder import OutputRecorder
from aura_gql.executions.records import (
    ExecutionErrorType,
    ExecutionLimits,
    ExecutionRecord,
    OutputTotals,
    TimeoutClock,
)
from aura_gql.executions.requests import ExecutionPlan
from aura_gql.executions.toolchains import leftovers
from aura_gql.executions.verdict import judged
from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import EventBus
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.errors import SandboxGone, SandboxNotRunning
from aura_gql.sandboxes.ports import Process, Sandbox
from aura_gql.sandboxes.records import SandboxRecord, SandboxStatus
from aura_gql.sandboxes.service import SandboxService
from aura_gql.sandboxes.values import EndReason, ExitStatus, SandboxFile

ResultT = TypeVar("ResultT")

_log = structlog.get_logger(__name__)
# How often what runs in the background tells that it is alive.
_NOTE_INTERVAL_S = 5.0


class Interrupted(Exception):
    """The execution was stopped before its process started."""


class ExecutionRun:
    """Runs one execution. Whatever happens, it ends in exactly one terminal state, told once."""

    def __init__(
        self,
        record: ExecutionRecord,
        plan: ExecutionPlan,
        sandboxes: SandboxService,
        bus: EventBus,
        limits: ExecutionLimits,
    ) -> None:
        self.record = record
        self._plan = plan
        self._sandboxes = sandboxes
        self._bus = bus
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._interruption: asyncio.Future[Outcome] = self._loop.create_future()
        self._queued_at = self._loop.time()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._started_at: float | None = None
        self._ended_at: float | None = None
        self._began_at: datetime | None = None
        self.outcome: Outcome | None = None
        self.totals = OutputTotals()
        self._clocks = Clocks(plan.timeout_ms, plan.idle_timeout_ms)
        self._feed = InputFeed(
            plan.stdin,
            is_open=plan.stdin_open,
            room=limits.max_input_waiting_bytes,
            patience_s=limits.input_patience_s,
        )
        self._noted_at = 0.0
        self._recorder = OutputRecorder(
            record.id,
            bus,
            limit=limits.output_limit,
            ttl_s=limits.output_ttl_s,
            on_failure=lambda: self.interrupt(self._unrecorded()),
        )

    def interrupt(self, outcome: Outcome) -> None:
        """Have it end, with that outcome unless it ends by itself before. The first reason counts."""
        if not self._interruption.done():
            self._interruption.set_result(outcome)

    async def send(self, data: bytes, *, close: bool) -> None:
        """Feed its standard input; InputClosed, InputNotRead."""
        await self._feed.send(data, close=close)
        await self._note_activity()

    async def run(self, slots: asyncio.Semaphore) -> None:
        """Wait for one of the sandbox's slots, run, and record the end."""
        try:
            async with self._recorder:
                outcome, totals = await self._recorded(slots)
        except PyMongoError as error:
            _log.error("execution.not_recorded", execution_id=str(self.record.id), exc_info=error)
            # A write that failed for us may have been done: what there is counts, since readers may have seen it.
            outcome, totals = self._unrecorded(), await patiently(lambda: ExecutionOutput.totals(self.record.id))
        self._feed.end()
        await self._finish(outcome, totals)

    def _unrecorded(self) -> Outcome:
        if self._started_at is None:
            return failed(ExecutionErrorType.SETUP, "The database was away for too long.")
        return lost("Its output could not be stored: the database was away for too long.")

    async def _recorded(self, slots: asyncio.Semaphore) -> tuple[Outcome, OutputTotals]:
        try:
            outcome = await self._in_slot(slots)
        except Interrupted:
            outcome = self._interruption.result()
        except (SandboxNotRunning, SandboxGone) as error:
            outcome = await self._without_sandbox(failed(ExecutionErrorType.SETUP, error.message))
        except DomainError as error:
            outcome = failed(ExecutionErrorType.SETUP, error.message)
        return outcome, await self._recorder.finish()

    async def _in_slot(self, slots: asyncio.Semaphore) -> Outcome:
        await self._unless_interrupted(slots.acquire())
        try:
            async with self._using():
                machine = await self._unless_interrupted(self._attach())
                script = self._plan.script(self.record.id)
                if script is not None:
                    await machine.write_files([*self._plan.files, script])
                try:
                    async with self._sandboxes.file_changes.during(self.record.sandbox_id, self.record.id):
                        return await self._execute(machine, script)
                finally:
                    await self._remove(machine, script)
        finally:
            slots.release()

    @contextlib.asynccontextmanager
    async def _using(self) -> AsyncIterator[None]:
        """Keeps the sandbox from being stopped as idle: by running; in the background by what it prints or is fed."""
        if not self._plan.background:
            async with self._sandboxes.in_use(self.record.sandbox_id):
                yield
            return
        await self._sandboxes.touch(self.record.sandbox_id)
        yield

    async def _note_activity(self) -> None:
        self._clocks.touch()
        if self._plan.background and self._loop.time() > self._noted_at + _NOTE_INTERVAL_S:
            self._noted_at = self._loop.time()
            await self._sandboxes.touch(self.record.sandbox_id)

    async def _attach(self) -> Sandbox:
        return await patiently(lambda: self._sandboxes.attach(self.record.sandbox_id))

    async def _execute(self, machine: Sandbox, script: SandboxFile | None) -> Outcome:
        if self._interruption.done():
            raise Interrupted
        started_at, self._started_at = utcnow(), self._loop.time()
        self._began_at = started_at
        queued_ms = _milliseconds(self._started_at - self._queued_at)
        if await patiently(lambda: CodeExecution.begin(self.record.id, started_at, queued_ms)) is None:
            return lost("Another server took it for lost.")
        process = await machine.start_process(self._plan.command(script))
        self._clocks.start()
        collecting = asyncio.create_task(self._collect(process))
        feeding = asyncio.create_task(self._feed.pour(process))
        try:
            interruption, end = await self._await_end(process)
        finally:
            self._ended_at = self._loop.time()
            self._feed.end()
            feeding.cancel()
            await asyncio.wait([feeding, collecting])
        collecting.result()
        if interruption is None and self._recorder.truncated:
            interruption = output_limited(self._limits.output_limit)
        outcome = of_exit(end, interruption)
        if interruption is None and end.reason in {EndReason.LOST, EndReason.SIGNALLED}:
            return await self._without_sandbox(outcome)
        if script is None or self._plan.language is None or self._plan.toolchain is None:
            return outcome
        return await judged(machine, script, self._plan.language, self._plan.toolchain, outcome)

    async def _await_end(self, process: Process) -> tuple[Outcome | None, ExitStatus]:
        waiting, ringing = asyncio.ensure_future(process.wait()), asyncio.ensure_future(self._clocks.ring())
        ends: set[asyncio.Future[Any]] = {waiting, ringing, self._interruption}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ringing.cancel()
        if waiting.done():
            return None, waiting.result()
        interruption = self._interruption.result() if self._interruption.done() else self._rung(ringing.result())
        with contextlib.suppress(SandboxGone):
            await process.terminate(self._limits.kill_grace_ms)
        return interruption, await waiting

    def _rung(self, clock: TimeoutClock) -> Outcome:
        if clock is TimeoutClock.IDLE:
            return idle_too_long(self._plan.idle_timeout_ms or 0)
        return timed_out(self._plan.timeout_ms or 0)

    async def _collect(self, process: Process) -> None:
        """Read to the end, whatever becomes of the bytes, so that the process can end."""
        failure: PyMongoError | None = None
        with contextlib.suppress(SandboxGone):
            async for piece in process.output():
                if failure is not None:
                    continue
                try:
                    await self._note_activity()
                    if not await self._recorder.write(piece.stream, piece.data):
                        self.interrupt(output_limited(self._limits.output_limit))
                except PyMongoError as error:
                    failure = error
        if failure is not None:
            raise failure

    async def _remove(self, machine: Sandbox, script: SandboxFile | None) -> None:
        if script is None:
            return
        try:
            await machine.remove_files(leftovers(script.path))
        except DomainError as error:
            _log.info("execution.script_left", execution_id=str(self.record.id), reason=error.message)

    async def _without_sandbox(self, otherwise: Outcome) -> Outcome:
        """Why the sandbox was stopped or restarted, where that was in order, else `otherwise`."""
        sandbox = await patiently(lambda: self._sandboxes.state(self.record.sandbox_id))
        if sandbox is None or sandbox.status in {SandboxStatus.STOPPING, SandboxStatus.STOPPED}:
            stopped = sandbox_stopped(sandbox)
        elif sandbox.status is SandboxStatus.STARTING or self._is_older_than(sandbox):
            stopped = cancelled("The sandbox was restarted.")
        else:
            return otherwise
        return instead(otherwise, stopped)

    def _is_older_than(self, sandbox: SandboxRecord) -> bool:
        """Whether it began on a machine that another has taken the place of."""
        return self._began_at is not None and sandbox.started_at is not None and self._began_at < sandbox.started_at

    async def _unless_interrupted(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        task = asyncio.ensure_future(work)
        ends: set[asyncio.Future[Any]] = {task, self._interruption}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        if task.cancelled():
            raise Interrupted
        return task.result()

    async def _finish(self, outcome: Outcome, totals: OutputTotals) -> None:
        duration_s = None if self._started_at is None else (self._ended_at or self._loop.time()) - self._started_at
        values = {
            **totals.as_fields(),
            **end_fields(outcome, utcnow()),
            "truncated": self._recorder.truncated,
            "duration_ms": None if duration_s is None else _milliseconds(duration_s),
        }
        await patiently(lambda: CodeExecution.finish(self.record.id, values))
        self.outcome, self.totals = outcome, totals
        await self._bus.publish(events.topic_of(self.record.id), events.FINISHED)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
