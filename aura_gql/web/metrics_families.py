"""The metrics that are read at each scrape: their names, their labels, and what they mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric


@dataclass(frozen=True, slots=True)
class Family:
    """One metric."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...] = ()

    def at(self, value: float) -> Metric:
        """The metric without labels."""
        return self.of([((), value)])

    def of(self, samples: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
        """The metric with these samples, each the values of its labels and its own."""
        make = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        family: CounterMetricFamily | GaugeMetricFamily = make(self.name, self.help, labels=self.labels)
        for labels, value in samples:
            family.add_metric(labels, value)
        return family


DATABASE_UP = Family("aura_database_up", "gauge", "1 while the database answers, else 0.")
SANDBOXES = Family(
    "aura_sandboxes", "gauge", "Live sandboxes on all servers, by provider and status.", ("provider", "status")
)
SANDBOX_CHANGES = Family(
    "aura_sandbox_changes", "counter", "Sandboxes of this process that entered a status.", ("provider", "status")
)
SANDBOX_FAILURES = Family(
    "aura_sandbox_failures",
    "counter",
    "What failed with a sandbox or its provider, by what was done (start, run, extend, save, stop, sweep) and why.",
    ("provider", "action", "code"),
)
SANDBOX_POOL = Family(
    "aura_sandbox_pool",
    "counter",
    "Local sandboxes made ahead: made, taken, missed when one was wanted, failed to start, died while they waited.",
    ("event",),
)
SANDBOX_EGRESS = Family(
    "aura_sandbox_egress_connections",
    "counter",
    "Connections that local sandboxes made to the outside, by the HTTP status that they were refused with, if any.",
    ("refused",),
)
SANDBOX_EGRESS_BYTES = Family(
    "aura_sandbox_egress_bytes",
    "counter",
    "Bytes that local sandboxes exchanged with the outside, by direction.",
    ("direction",),
)
VENDOR_REQUESTS = Family(
    "aura_vendor_requests",
    "counter",
    "Requests of this process to a provider outside, by what was asked and how that ended.",
    ("provider", "operation", "outcome"),
)
VENDOR_RETRIES = Family(
    "aura_vendor_retries", "counter", "Those among them that repeat one that failed.", ("provider", "operation")
)
VENDOR_HELD_BACK = Family(
    "aura_vendor_held_back",
    "counter",
    "Requests that were not made because the provider's breaker was open.",
    ("provider", "operation"),
)
VENDOR_BREAKER = Family(
    "aura_vendor_breaker",
    "gauge",
    "1 for the state in which the breaker of a provider outside is (CLOSED, HALF_OPEN, OPEN), else 0.",
    ("provider", "state"),
)
VENDOR_BREAKER_CHANGES = Family(
    "aura_vendor_breaker_changes",
    "counter",
    "States that the breaker of a provider outside entered.",
    ("provider", "state"),
)
VENDOR_KEY_REFUSED = Family(
    "aura_vendor_key_refused", "gauge", "1 while a provider outside does not take its key, else 0.", ("provider",)
)
EXECUTIONS = Family(
    "aura_executions", "counter", "Executions that ended, by status and kind of error.", ("status", "error")
)
EXECUTIONS_OPEN = Family("aura_executions_open", "gauge", "Executions that this process runs, or has waiting.")
PREVIEW_VISITS = Family(
    "aura_preview_visits", "gauge", "Requests and sockets that go through previews in this process."
)
TERMINALS_OPEN = Family("aura_terminals_open", "gauge", "Terminals that are open in this process.")
OUTPUT_CHUNKS = Family("aura_output_chunks", "counter", "Chunks of output recorded of executions that ended.")
OUTPUT_BYTES = Family("aura_output_bytes", "counter", "Bytes of output recorded of executions that ended.")
JOBS = Family(
    "aura_jobs",
    "gauge",
    "Jobs on all servers, by kind and state (QUEUED, RUNNING, or FAILED in the last 7 days).",
    ("kind", "state"),
)
BUS_SUBSCRIBERS = Family("aura_bus_subscribers", "gauge", "Subscribers of the event bus of this process.")
LIVE = Family(
    "aura_connections", "gauge", "Sockets and subscriptions that count against this process's bounds.", ("kind",)
)
LIVE_LIMIT = Family(
    "aura_connections_limit", "gauge", "The bounds of the process on sockets and subscriptions.", ("kind",)
)
STORED_BYTES = Family("aura_stored_bytes", "gauge", "Bytes of the files of all projects.")
PROJECTS = Family("aura_projects_stored", "gauge", "Projects that have files.")
LARGEST_PROJECT = Family("aura_largest_project_bytes", "gauge", "Bytes of the files of the largest project.")
NEARLY_FULL = Family(
    "aura_projects_nearly_full", "gauge", "Projects that have nine tenths or more of the bytes that a project may have."
)
SWEPT_BLOBS = Family("aura_swept_blobs", "counter", "Blobs that this process removed, as nothing named them.")
SWEPT_BYTES = Family("aura_swept_bytes", "counter", "Bytes of the blobs that this process removed.")
CONDEMNED_BLOBS = Family("aura_condemned_blobs", "gauge", "Blobs that nothing names and that wait to be removed.")
LOST_BLOBS = Family(
    "aura_lost_blobs", "gauge", "Blobs that `aura-gql storage verify --repair` found missing or damaged."
)
DISK = Family("aura_data_disk_bytes", "gauge", "Bytes of the disk of DATA_DIRECTORY.", ("state",))
UNEXPECTED_ERRORS = Family(
    "aura_unexpected_errors",
    "counter",
    "Errors that nobody expected, each logged once with its traceback, by the part that logged it.",
    ("source",),
)

TEMPLATE_SYNCS = Family("aura_template_syncs", "counter", "Syncs of templates that ended in this process.", ("status",))
TEMPLATE_SYNC_FAILURES = Family(
    "aura_template_sync_failures", "gauge", "How many syncs of templates in a row failed, up to the last."
)

FAMILIES = (
    TEMPLATE_SYNCS,
    TEMPLATE_SYNC_FAILURES,
    DATABASE_UP,
    SANDBOXES,
    SANDBOX_CHANGES,
    SANDBOX_FAILURES,
    SANDBOX_POOL,
    SANDBOX_EGRESS,
    SANDBOX_EGRESS_BYTES,
    VENDOR_REQUESTS,
    VENDOR_RETRIES,
    VENDOR_HELD_BACK,
    VENDOR_BREAKER,
    VENDOR_BREAKER_CHANGES,
    VENDOR_KEY_REFUSED,
    EXECUTIONS,
    EXECUTIONS_OPEN,
    PREVIEW_VISITS,
    TERMINALS_OPEN,
    OUTPUT_CHUNKS,
    OUTPUT_BYTES,
    JOBS,
    BUS_SUBSCRIBERS,
    LIVE,
    LIVE_LIMIT,
    STORED_BYTES,
    PROJECTS,
    LARGEST_PROJECT,
    NEARLY_FULL,
    SWEPT_BLOBS,
    SWEPT_BYTES,
    CONDEMNED_BLOBS,
    LOST_BLOBS,
    DISK,
    UNEXPECTED_ERRORS,
)
