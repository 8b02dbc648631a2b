"""What the server knows about itself at the moment of a scrape."""

import asyncio
import itertools
import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Protocol

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from aura_gql.files.records import StorageUse
from aura_gql.infra.live_connections import LiveConnections
from aura_gql.infra.unexpected_errors import UnexpectedErrors
from aura_gql.kernel.errors import ErrorCode
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.tally import TIMED_OUT, EgressTally, PoolTally, VendorTally
from aura_gql.services import Services
from aura_gql.storage.sweeping.sweeper import BlobSweeper
from aura_gql.web import metrics_families as families
from aura_gql.web.vendor_readings import of_vendors

TIMEOUT_S = 2.0
FRESH_S = 5.0
STORAGE_FRESH_S = 60.0

# Shown as zero until they happen: from nothing to one, Prometheus sees no increase.
_USUAL_FAILURES = (ErrorCode.PROVIDER_UNAVAILABLE.value, ErrorCode.INTERNAL.value, TIMED_OUT)
_SYNC_ENDS = ("SUCCEEDED", "UNCHANGED", "FAILED")
_USUAL_SOURCES = ("graph", "executions", "sandboxes", "projects", "infra", "kernel", "asyncio", "uvicorn")

_log = logging.getLogger(__name__)

Counts = Mapping[tuple[str, str], int]


class Jobs(Protocol):
    """What is asked of the jobs."""

    async def counts(self) -> Counts:
        """How many there are, by kind and state."""
        ...


class Bus(Protocol):
    """What is asked of the event bus."""

    def subscriber_count(self) -> int:
        """How many follow something."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom to ask."""

    services: Services
    jobs: Jobs
    bus: Bus
    live: LiveConnections
    unexpected: UnexpectedErrors
    data_directory: Path
    providers: Sequence[str]
    pool: PoolTally
    egress: EgressTally
    vendors: Mapping[SandboxProviderName, VendorTally]
    sweeper: BlobSweeper


@dataclass(slots=True)
class _Stored:
    """What the database said last."""

    sandboxes: Counts = field(default_factory=dict)
    jobs: Counts = field(default_factory=dict)
    storage: StorageUse | None = None
    condemned: int = 0
    lost: int = 0
    sync_failures: int = 0
    storage_read_at: float = float("-inf")


class Readings(Collector):
    """Reads the database at most every FRESH_S, storage every STORAGE_FRESH_S, each time for no longer than TIMEOUT_S.

    While the database does not answer, its gauges are absent rather than old.
    """

    def __init__(self, sources: Sources) -> None:
        """Nothing is read yet."""
        self._sources = sources
        self._stored: _Stored | None = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def refresh(self) -> None:
        """Bring what the database knows up to date. Takes a bounded time, and raises nothing."""
        async with self._reading:
            if monotonic() - self._read_at < FRESH_S:
                return
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    self._stored = await self._read(self._stored or _Stored())
            except Exception as error:
                _log.warning("The database does not answer a scrape: %s", type(error).__name__)
                self._stored = None
            self._read_at = monotonic()

    async def _read(self, stored: _Stored) -> _Stored:
        services = self._sources.services
        stored.sandboxes = await services.sandboxes.count_live()
        stored.jobs = await self._sources.jobs.counts()
        if monotonic() - stored.storage_read_at >= STORAGE_FRESH_S:
            stored.storage = await services.files.storage_use()
            stored.condemned, stored.lost = await self._sources.sweeper.count_trouble()
            stored.sync_failures = await services.syncs.failures()
            stored.storage_read_at = monotonic()
        return stored

    def describe(self) -> Iterable[Metric]:
        """Every metric, without samples."""
        return [family.of(()) for family in families.FAMILIES]

    def collect(self) -> Iterator[Metric]:
        """Every metric, as things stand."""
        yield families.DATABASE_UP.at(float(self._stored is not None))
        if self._stored is not None:
            yield from _of_database(self._stored)
        yield from self._of_process()

    def _of_process(self) -> Iterator[Metric]:
        sources, executions = self._sources, self._sources.services.executions
        tally = sources.services.sandboxes.tally
        yield families.SANDBOX_CHANGES.of(tally.changes.items())
        usual = itertools.product(sources.providers, ("start", "save"), _USUAL_FAILURES)
        failures = dict.fromkeys(usual, 0) | tally.failures
        yield families.SANDBOX_FAILURES.of(failures.items())
        yield families.SANDBOX_POOL.of(((event,), count) for event, count in asdict(sources.pool).items())
        refused = sources.egress.connections.items()
        yield families.SANDBOX_EGRESS.of((("" if status is None else str(status),), count) for status, count in refused)
        moved = [(("sent",), sources.egress.sent), (("received",), sources.egress.received)]
        yield families.SANDBOX_EGRESS_BYTES.of(moved)
        yield from of_vendors(sources.vendors)
        ends = executions.tally.ends.items()
        yield families.EXECUTIONS.of(((status, error or ""), count) for (status, error), count in ends)
        yield families.EXECUTIONS_OPEN.at(executions.count_open())
        yield families.PREVIEW_VISITS.at(sources.services.previews.count_visits())
        yield families.TERMINALS_OPEN.at(sources.services.terminals.count_open())
        yield families.OUTPUT_CHUNKS.at(executions.tally.chunks)
        yield families.OUTPUT_BYTES.at(executions.tally.output_bytes)
        yield families.BUS_SUBSCRIBERS.at(sources.bus.subscriber_count())
        live = sources.live
        yield families.LIVE.of([(("sockets",), live.sockets.total), (("subscriptions",), live.subscriptions.total)])
        limits = live.limits
        yield families.LIVE_LIMIT.of(
            [(("sockets",), limits.max_sockets), (("subscriptions",), limits.max_subscriptions)]
        )
        unexpected = dict.fromkeys(_USUAL_SOURCES, 0) | dict(sources.unexpected.counts)
        yield families.UNEXPECTED_ERRORS.of(((source,), count) for source, count in unexpected.items())
        syncs = dict.fromkeys(_SYNC_ENDS, 0) | dict(sources.services.syncs.ends)
        yield families.TEMPLATE_SYNCS.of(((status,), count) for status, count in syncs.items())
        yield families.SWEPT_BLOBS.at(sources.sweeper.swept.removed)
        yield families.SWEPT_BYTES.at(sources.sweeper.swept.removed_bytes)
        yield families.DISK.of(_disk(sources.data_directory))


def _of_database(stored: _Stored) -> Iterator[Metric]:
    yield families.SANDBOXES.of(stored.sandboxes.items())
    yield families.JOBS.of(stored.jobs.items())
    if stored.storage is not None:
        yield families.STORED_BYTES.at(stored.storage.total_bytes)
        yield families.PROJECTS.at(stored.storage.projects)
        yield families.LARGEST_PROJECT.at(stored.storage.largest_bytes)
        yield families.NEARLY_FULL.at(stored.storage.nearly_full)
        yield families.CONDEMNED_BLOBS.at(stored.condemned)
        yield families.LOST_BLOBS.at(stored.lost)
        yield families.TEMPLATE_SYNC_FAILURES.at(stored.sync_failures)


def _disk(folder: Path) -> list[tuple[tuple[str, ...], float]]:
    try:
        use = shutil.disk_usage(folder)
    except OSError:
        return []
    return [(("free",), use.free), (("total",), use.total)]
