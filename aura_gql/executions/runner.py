"""The executions that this process runs: a bounded number at a time in each sandbox, the others in a bounded queue."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from bson import ObjectId

from aura_gql.executions import events
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.errors import ExecutionEnded, TooManyExecutions
from aura_gql.executions.outcome import Outcome, cancelled, end_fields, lost
from aura_gql.executions.records import ExecutionLimits, ExecutionRecord, OutputTotals
from aura_gql.executions.requests import ExecutionPlan
from aura_gql.executions.run import ExecutionRun
from aura_gql.executions.tally import ExecutionTally
from aura_gql.infra.lease_watch import LeaseWatch
from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import EventBus
from aura_gql.kernel.background import BackgroundTasks, Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidState
from aura_gql.sandboxes.service import SandboxService

_log = structlog.get_logger(__name__)
_LaneKey = tuple[ObjectId, bool]
_SHUT_DOWN = cancelled("The server shut down.")


@dataclass(slots=True)
class _Lane:
    """The executions of one sandbox, either those in the background or the others, and how many are about to come."""

    slots: asyncio.Semaphore
    limit: int
    runs: set[ObjectId] = field(default_factory=set)
    coming: int = 0


class ExecutionRunner:
    """Runs executions beside the requests, vouches for them by a lease, and ends those that dead servers left."""

    def __init__(self, sandboxes: SandboxService, bus: EventBus, limits: ExecutionLimits) -> None:
        self.owner = secrets.token_hex(8)
        self._sandboxes = sandboxes
        self._bus = bus
        self._limits = limits
        self._tasks = BackgroundTasks()
        self._lanes: dict[_LaneKey, _Lane] = {}
        self._runs: dict[ObjectId, ExecutionRun] = {}
        self.tally = ExecutionTally()
        self._patrol = Periodic("execution patrol", limits.patrol_interval_s, self.patrol)
        self._watch = LeaseWatch(limits.lease_s)
        self._is_stopping = False

    @contextlib.contextmanager
    def room(self, plan: ExecutionPlan) -> Iterator[None]:
        """A place for one more execution, which is to be started in the block. What runs in the background has places
        of its own, and does not wait.

        TooManyExecutions where the sandbox's queue is full, InvalidState where the server shuts down.
        """
        if self._is_stopping:
            raise InvalidState("The server is shutting down.")
        key = (plan.sandbox_id, plan.background)
        lane = self._lane(key)
        if len(lane.runs) + lane.coming >= lane.limit:
            which = "in the background" if plan.background else "running and waiting"
            message = f"A sandbox may have {lane.limit} executions {which}; wait for one to end."
            raise TooManyExecutions(message, details={"limit": lane.limit})
        lane.coming += 1
        try:
            yield
        finally:
            lane.coming -= 1
            self._leave(key, lane)

    def start(self, record: ExecutionRecord, plan: ExecutionPlan) -> None:
        """Run a QUEUED execution that was just stored under our `owner`."""
        lane = self._lane((record.sandbox_id, plan.background))
        run = ExecutionRun(record, plan, self._sandboxes, self._bus, self._limits)
        lane.runs.add(record.id)
        self._runs[record.id] = run
        self._tasks.spawn(self._run(run, lane), f"execution {record.id}")
        if self._is_stopping:
            run.interrupt(_SHUT_DOWN)

    async def send(self, execution_id: ObjectId, data: bytes, *, close: bool) -> None:
        """Feed an execution of this process; ExecutionEnded for any other, InputClosed, InputNotRead."""
        run = self._runs.get(execution_id)
        if run is None:
            raise ExecutionEnded("It has ended, or another server runs it.")
        await run.send(data, close=close)

    def interrupt(self, execution_id: ObjectId, outcome: Outcome) -> None:
        """Have an execution of this process end; does nothing for any other."""
        if (run := self._runs.get(execution_id)) is not None:
            run.interrupt(outcome)

    async def stop_project(self, project_id: ObjectId) -> None:
        """End every execution of a project that runs here; returns when they have ended."""
        tasks = []
        for run in list(self._runs.values()):
            if run.record.project_id == project_id:
                run.interrupt(cancelled("Its project was deleted."))
                tasks.append(run.ended)
        if tasks:
            await asyncio.wait(tasks)

    def __len__(self) -> int:
        """How many executions this process runs, or has waiting."""
        return len(self._runs)

    def begin_patrol(self) -> None:
        """Start the loop that renews leases."""
        self._patrol.start()

    async def stop(self) -> None:
        """At shutdown: end everything that runs here, and wait for that."""
        self._is_stopping = True
        for run in self._runs.values():
            run.interrupt(_SHUT_DOWN)
        await self._tasks.join()
        await self._patrol.stop()

    async def patrol(self) -> None:
        """Renew the leases of what runs here, end what nobody runs, and stop what has been ended elsewhere."""
        now = utcnow()
        await CodeExecution.renew_leases(self.owner, now + timedelta(seconds=self._limits.lease_s))
        may_judge = self._watch.renewed(asyncio.get_running_loop().time())
        known = set(self._runs)
        stored = await CodeExecution.find_open(owner=self.owner)
        for execution_id in known.difference(record.id for record in stored):
            self.interrupt(execution_id, lost("Another server took it for lost."))
        for record in stored:
            overdue = record.created_at < now - timedelta(seconds=self._limits.lease_s)
            if record.id not in known and record.id not in self._runs and overdue:
                await self._give_up(record, "The server lost track of it.")
        if may_judge:
            await self.recover(exclusive=False)

    async def recover(self, *, exclusive: bool) -> None:
        """End what dead servers left as LOST: those whose lease ran out, with `exclusive` all but our own."""
        lease_before = None if exclusive else utcnow()
        for record in await CodeExecution.find_open(not_owner=self.owner, lease_before=lease_before):
            await self._give_up(record, "The server restarted while it ran.")

    async def _run(self, run: ExecutionRun, lane: _Lane) -> None:
        try:
            await run.run(lane.slots)
        except Exception as error:
            _log.error("execution.failed", execution_id=str(run.record.id), exc_info=error)
            await self._give_up(run.record, "The server failed to run it.")
        finally:
            if run.outcome is not None:
                self.tally.ended(run.outcome, run.totals)
            del self._runs[run.record.id]
            lane.runs.discard(run.record.id)
            self._leave((run.record.sandbox_id, run.record.background), lane)
            run.ended.set_result(None)
            await self._remove_sandbox(run.record)
        await self._forget_if_deleted(run.record)

    def _lane(self, key: _LaneKey) -> _Lane:
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = self._new_lane(background=key[1])
        return lane

    def _new_lane(self, *, background: bool) -> _Lane:
        if background:
            places = self._limits.max_background_per_sandbox
            return _Lane(asyncio.Semaphore(places), places)
        places = self._limits.max_running_per_sandbox
        return _Lane(asyncio.Semaphore(places), places + self._limits.max_queued_per_sandbox)

    def _leave(self, key: _LaneKey, lane: _Lane) -> None:
        if not lane.runs and not lane.coming:
            self._lanes.pop(key, None)

    async def _remove_sandbox(self, record: ExecutionRecord) -> None:
        if record.has_own_sandbox:
            await patiently(lambda: self._sandboxes.temporary.remove(record.sandbox_id))

    async def _forget_if_deleted(self, record: ExecutionRecord) -> None:
        """A deletion of the project may not have seen this one, or what it wrote since."""
        if record.is_temporary or await patiently(
            lambda: self._sandboxes.has_project(record.user_id, record.project_id)
        ):
            return
        await patiently(lambda: ExecutionOutput.remove_of([record.id]))
        await patiently(lambda: CodeExecution.remove([record.id]))

    async def _give_up(self, record: ExecutionRecord, reason: str) -> None:
        totals, outcome = await ExecutionOutput.totals(record.id), lost(reason)
        values = {**totals.as_fields(), **end_fields(outcome, utcnow())}
        if await CodeExecution.finish(record.id, values) is not None:
            self.tally.ended(outcome, OutputTotals())
            _log.warning("execution.lost", execution_id=str(record.id), reason=reason)
            await self._bus.publish(events.topic_of(record.id), events.FINISHED)
        await self._remove_sandbox(record)
