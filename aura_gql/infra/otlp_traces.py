"""Spans in batches to an OTLP collector over HTTP, by a thread of their own. The only file that knows OpenTelemetry."""

import asyncio
import logging
import random
import re
import time
from collections.abc import Mapping

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

_TRACE_PARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")
FLUSH_PATIENCE_S = 3.0

_PATH = "/v1/traces"
_BATCH_DELAY_MS = 1_000
_EXPORT_TIMEOUT_S = 3
_QUEUED_SPANS = 4_096

_log = logging.getLogger(__name__)


class OtlpTraces:
    """The `Traces` of `tracing`. While the collector is away spans wait, in a queue that drops what it can't hold.

    Whether an operation has a span is decided here alone, by chance, whatever its caller's `traceparent` wishes.
    """

    def __init__(
        self, endpoint: str, *, version: str, environment: str, ratio: float = 1.0, trusts_callers: bool = False
    ) -> None:
        """Spans continue the caller's trace where `trusts_callers`, and else begin one that links to it."""
        self._ratio = ratio
        self._trusts_callers = trusts_callers
        named = {"service.name": "aura-gql", "service.version": version, "deployment.environment.name": environment}
        self._exporter = OTLPSpanExporter(endpoint=with_path(endpoint), timeout=_EXPORT_TIMEOUT_S)
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=Resource(named), shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(self._exporter, max_queue_size=_QUEUED_SPANS, schedule_delay_millis=_BATCH_DELAY_MS)
        )
        self._tracer = self._provider.get_tracer("aura_gql", version)

    def operation_ended(
        self,
        name: str,
        facts: Mapping[str, str | None],
        duration_s: float,
        *,
        traceparent: str | None,
        is_our_fault: bool,
    ) -> None:
        """As `Traces` promises."""
        if self._ratio < 1.0 and random.random() >= self._ratio:  # noqa: S311
            return
        caller = _caller(traceparent)
        parent = set_span_in_context(NonRecordingSpan(caller)) if caller and self._trusts_callers else None
        ended_at = time.time_ns()
        span = self._tracer.start_span(
            name,
            context=parent,
            kind=SpanKind.SERVER,
            attributes={key: value for key, value in facts.items() if value is not None},
            links=[Link(caller)] if caller and parent is None else (),
            start_time=ended_at - round(duration_s * 1e9),
        )
        if is_our_fault:
            span.set_status(StatusCode.ERROR)
        span.end(ended_at)

    async def close(self) -> None:
        """As `Traces` promises."""
        flushing = asyncio.ensure_future(asyncio.to_thread(self._provider.force_flush))
        await asyncio.wait([flushing], timeout=FLUSH_PATIENCE_S)
        if not flushing.done():
            _log.warning("The collector of traces does not take the last of them")
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # From here on nothing is tried again.
        await asyncio.to_thread(self._provider.shutdown)
        await asyncio.wait([flushing])


def with_path(endpoint: str) -> str:
    """The address with OTLP's usual path, where it has none of its own."""
    return endpoint if endpoint.count("/") > 2 else f"{endpoint}{_PATH}"


def _caller(traceparent: str | None) -> SpanContext | None:
    found = _TRACE_PARENT.fullmatch(traceparent or "")
    if found is None:
        return None
    sampled = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=sampled)
