"""What is counted as it happens, for Prometheus, in a registry of this server's own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from aura_gql.kernel.close_codes import CloseCode
from aura_gql.kernel.errors import ErrorCode

OK = "OK"
CANCELLED = "CANCELLED"
OTHER = "other"

OUTCOMES = frozenset({OK, CANCELLED, *(code.value for code in ErrorCode)})
"""How an operation can end: well, given up by its client, or with the code of its first error."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_CLOSE_CODES = frozenset({1000, 1001, 1006, 1011, *CloseCode})


class Metrics:
    """Counters and histograms. No label takes a value that a client chose: every one is of a set that the code bounds.

    `registry` also holds the process's own metrics, those of its garbage collector, and whatever is registered with it.
    """

    def __init__(self, version: str) -> None:
        """All at zero."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # They would double the series, and tell only when each began.
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        build = Gauge("aura_build_info", "The server's version; always 1.", ["version"], registry=self.registry)
        build.labels(version).set(1)
        self._operations = Counter(
            "aura_operations",
            "Operations that ended, by the root field that they begin with, their type and their outcome.",
            ["operation", "type", "outcome"],
            registry=self.registry,
        )
        self._durations = Histogram(
            "aura_operation_duration_seconds",
            "Seconds from the arrival of a query or mutation to its result.",
            ["operation", "type"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._subscriptions = Gauge(
            "aura_subscriptions_open", "Subscriptions open now.", ["operation", "transport"], registry=self.registry
        )
        self._events = Counter(
            "aura_subscription_events", "Events sent to subscribers.", ["operation"], registry=self.registry
        )
        self._requests = Counter(
            "aura_http_requests", "HTTP requests answered, by status.", ["status"], registry=self.registry
        )
        self._closes = Counter(
            "aura_socket_closes", "Sockets that the server closed, by close code.", ["code"], registry=self.registry
        )
        # `labels` takes longer than counting does.
        self._counting: dict[tuple[str, str, str], Counter] = {}
        self._timing: dict[tuple[str, str], Histogram] = {}
        self._sending: dict[str, Counter] = {}
        self._answering: dict[int, Counter] = {}

    def register(self, collector: Collector) -> None:
        """Have `collector` asked at each scrape, too."""
        self.registry.register(collector)

    def operation_ended(self, operation: str, kind: str, outcome: str, duration_s: float) -> None:
        """Count an operation; `operation` is a root field of the schema or `other`, `kind` its type in lower case."""
        outcome = outcome if outcome in OUTCOMES else OTHER
        counter = self._counting.get((operation, kind, outcome))
        if counter is None:
            counter = self._counting[operation, kind, outcome] = self._operations.labels(operation, kind, outcome)
        counter.inc()
        if kind == "subscription":  # It lasts as long as its client likes.
            return
        histogram = self._timing.get((operation, kind))
        if histogram is None:
            histogram = self._timing[operation, kind] = self._durations.labels(operation, kind)
        histogram.observe(duration_s)

    def subscription_opened(self, operation: str, transport: str, change: int = 1) -> None:
        """Count a subscription that began, or with -1 one that ended."""
        self._subscriptions.labels(operation, transport).inc(change)

    def event_sent(self, operation: str) -> None:
        """Count an event of a subscription."""
        counter = self._sending.get(operation)
        if counter is None:
            counter = self._sending[operation] = self._events.labels(operation)
        counter.inc()

    def request_answered(self, status: int) -> None:
        """Count an HTTP request by the status that it was answered with."""
        counter = self._answering.get(status)
        if counter is None:
            counter = self._answering[status] = self._requests.labels(str(status))
        counter.inc()

    def socket_closed(self, code: int) -> None:
        """Count a close that the server chose."""
        self._closes.labels(str(code) if code in _CLOSE_CODES else OTHER).inc()
