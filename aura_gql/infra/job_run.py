"""One attempt at one job, under its lease."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from pymongo.errors import PyMongoError

from aura_gql.infra.documents import JobDocument
from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import JobAbandoned, JobHandler
from aura_gql.infra.records import JobLease, JobState
from aura_gql.kernel.clock import utcnow

_log = logging.getLogger(__name__)

_ERROR_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class JobTiming:
    """How long things take, in seconds. A dead process is noticed after `lease_s`; the pause behind attempt n is
    `backoff_s * 2**(n-1)`, at most `max_backoff_s`.
    """

    lease_s: float = 30.0
    sweep_s: float = 2.0
    backoff_s: float = 1.0
    max_backoff_s: float = 60.0
    max_attempts: int = 5

    @property
    def lease(self) -> timedelta:
        """How long a claim holds without a heartbeat."""
        return timedelta(seconds=self.lease_s)

    def pause(self, attempts: int) -> timedelta:
        """How long to wait before the next attempt."""
        return timedelta(seconds=min(self.max_backoff_s, self.backoff_s * 2 ** (attempts - 1)))


@dataclass(frozen=True, slots=True)
class Registered:
    """Who does the jobs of a kind, and who is told of those that failed for good."""

    handler: JobHandler
    abandoned: JobAbandoned | None


class JobRun:
    """Runs a handler while it keeps the lease alive, and writes down how it ended."""

    def __init__(self, lease: JobLease, registered: Registered, timing: JobTiming) -> None:
        self._lease = lease
        self._registered = registered
        self._timing = timing
        self._lost = False

    async def run(self) -> bool:
        """Whether the job is to run again at once. Cancelled, it gives the job back. PyMongoError where the database
        could not be told how it ended: then the lease lapses and the job runs again.
        """
        if self._lease.attempts > self._timing.max_attempts:
            return await self._abandon("the process that ran it ended each time")
        error = await self._work()
        if self._lost:
            _log.warning("Job %s was taken up elsewhere and is cancelled here", self._lease.id)
            return False
        if error is None:
            return await self._end(JobState.DONE)
        _log.error(
            "Job %s failed at attempt %d of %d",
            self._lease.id,
            self._lease.attempts,
            self._timing.max_attempts,
            exc_info=error,
        )
        told = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH]
        if self._lease.attempts >= self._timing.max_attempts:
            return await self._abandon(told)
        await self._try_later(told)
        return False

    async def _work(self) -> BaseException | None:
        """What the handler raised, or None."""
        work = asyncio.ensure_future(self._registered.handler(self._lease.key))
        heart = asyncio.create_task(self._beat(work))
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})
            await JobDocument.give_back(self._lease)
            raise
        finally:
            heart.cancel()
        return asyncio.CancelledError() if work.cancelled() else work.exception()

    async def _beat(self, work: asyncio.Future[None]) -> None:
        """Renew the lease until it is lost or may have been: the database being away long enough counts as that."""
        clock = asyncio.get_running_loop().time
        held_until = clock() + self._timing.lease_s
        while True:
            await asyncio.sleep(self._timing.lease_s / 3)
            asked_at = clock()
            try:
                async with asyncio.timeout_at(held_until):
                    held = await JobDocument.renew(self._lease, self._timing.lease)
            except (PyMongoError, TimeoutError) as error:
                _log.warning("Job %s could not renew its lease: %s", self._lease.id, type(error).__name__)
                held = clock() < held_until
            else:
                held_until = asked_at + self._timing.lease_s
            if not held:
                self._lost = True
                work.cancel()
                return

    async def _abandon(self, told: str) -> bool:
        try:
            if self._registered.abandoned:
                await self._registered.abandoned(self._lease.key, told)
        except Exception:
            _log.exception("Job %s could not be abandoned", self._lease.id)
            await self._try_later(told)
            return False
        _log.error("Job %s is abandoned after %d attempts: %s", self._lease.id, self._lease.attempts, told)
        return await self._end(JobState.FAILED, told)

    async def _end(self, state: JobState, told: str | None = None) -> bool:
        """Whether the job is to run again at once. Waits for a database that is away, while the lease may hold."""
        ended = await patiently(lambda: JobDocument.end(self._lease, state, told), patience_s=self._timing.lease_s)
        return ended is JobState.QUEUED

    async def _try_later(self, told: str) -> None:
        """As `_end`: or else a job that failed with the database would wait for its lease to lapse."""
        pause = self._timing.pause(self._lease.attempts)
        await patiently(lambda: JobDocument.retry(self._lease, utcnow() + pause, told), patience_s=self._timing.lease_s)
