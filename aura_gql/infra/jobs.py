"""Durable background jobs: MongoDB holds them, taskiq dispatches them, a sweep finds those that got lost."""

import asyncio
import logging
import os
import secrets

from pymongo.errors import PyMongoError
from taskiq import AsyncBroker, InMemoryBroker

from aura_gql.infra.documents import JobDocument
from aura_gql.infra.job_run import JobRun, JobTiming, Registered
from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import JobAbandoned, JobHandler
from aura_gql.kernel.background import BackgroundTasks, Periodic

_log = logging.getLogger(__name__)

_SWEEP_LIMIT = 200


class DurableJobs:
    """A JobQueue over the `jobs` collection. Any number of processes may run one over the same database.

    `exclusive` says that no other process does, so that `start` takes up at once what a dead one was running;
    otherwise that waits for its lease to lapse. At most `concurrency` jobs run at a time here.
    """

    def __init__(
        self,
        *,
        exclusive: bool = False,
        concurrency: int = 16,
        timing: JobTiming | None = None,
        broker: AsyncBroker | None = None,
    ) -> None:
        self._exclusive = exclusive
        self._timing = timing or JobTiming()
        self._slots = asyncio.Semaphore(concurrency)
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._handlers: dict[str, Registered] = {}
        self._dispatched: set[str] = set()
        self._running = BackgroundTasks()
        self._sweeper = Periodic("jobs sweep", self._timing.sweep_s, self._sweep)
        self._started = False
        self._broker = broker or InMemoryBroker()

        async def take_up(job_id: str) -> None:  # taskiq renames what it is given, which a method does not allow
            await self._take_up(job_id)

        self._task = self._broker.register_task(take_up, task_name="aura_gql.jobs")

    def register(self, kind: str, handler: JobHandler, abandoned: JobAbandoned | None = None) -> None:
        """Name the handler of a kind of job, and who is told when one failed for good; before `start`."""
        if kind in self._handlers or ":" in kind or not kind:
            raise ValueError(f"Job kind {kind!r} is registered already, is empty or has a colon.")
        self._handlers[kind] = Registered(handler, abandoned)

    async def enqueue(self, kind: str, key: str) -> None:
        """Have `handler(key)` run soon, here or in another process; see `infra.ports.JobQueue`."""
        if kind not in self._handlers:
            raise ValueError(f"Job kind {kind!r} is not registered.")
        await self._dispatch(await JobDocument.enqueue(kind, key))

    async def is_known(self, kind: str, key: str) -> bool:
        """Whether such a job waits, runs, or has ended in the last 7 days."""
        return await JobDocument.is_known(kind, key)

    async def start(self) -> None:
        """Begin to run jobs, first those that wait in the database."""
        await self._broker.startup()
        if self._exclusive and (count := await JobDocument.free_all()):
            _log.warning("Taking up %d jobs that an earlier process left", count)
        self._started = True
        self._sweeper.start()

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many jobs wait, run or have failed, on all servers, by kind and state."""
        return await JobDocument.count_by_state()

    async def stop(self) -> None:
        """Cancel what runs, give it back to the queue, and return when nothing of ours runs. Safe to repeat."""
        if not self._started:
            return
        self._started = False
        await self._sweeper.stop()
        await self._running.cancel()
        await self._broker.shutdown()

    async def _dispatch(self, job_id: str) -> None:
        """Hint that a job is due. A hint that is lost does no harm: the sweep gives another."""
        if not self._started or job_id in self._dispatched:
            return
        self._dispatched.add(job_id)
        try:
            await self._task.kiq(job_id)
        except Exception:
            self._dispatched.discard(job_id)
            _log.exception("Job %s could not be dispatched; the sweep will", job_id)

    async def _take_up(self, job_id: str) -> None:
        """Run a job in a task of our own, which `stop` can cancel and wait for."""
        if self._started:
            await asyncio.wait({self._running.spawn(self._run(job_id), f"job {job_id}")})

    async def _run(self, job_id: str) -> None:
        try:
            async with self._slots:
                due_again = await self._claim_and_run(job_id)
        except PyMongoError:
            _log.exception("Job %s is out of sight; it will be taken up again", job_id)
            return
        finally:
            self._dispatched.discard(job_id)
        if due_again:
            await self._dispatch(job_id)

    async def _claim_and_run(self, job_id: str) -> bool:
        owner = f"{self._owner}-{secrets.token_hex(4)}"
        lease = await patiently(lambda: JobDocument.claim(job_id, owner, self._timing.lease))
        if lease is None:
            return False
        # From here on the lease keeps others away, and a new hint may come.
        self._dispatched.discard(job_id)
        return await JobRun(lease, self._handlers[lease.kind], self._timing).run()

    async def _sweep(self) -> None:
        for job_id in await JobDocument.due_ids(list(self._handlers), _SWEEP_LIMIT):
            await self._dispatch(job_id)
