"""Spans, as a collector gets them."""

import socket

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from aura_gql.infra import otlp_traces
from aura_gql.infra.otlp_traces import OtlpTraces, with_path
from tests.support.collector import attributes_of, collecting

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-00"


def tell(traces: OtlpTraces, traceparent: str | None = None, *, is_our_fault: bool = False) -> None:
    facts = {"graphql.operation.name": "Mine", "nothing": None}
    traces.operation_ended("query viewer", facts, 0.25, traceparent=traceparent, is_our_fault=is_our_fault)


async def test_what_waits_is_sent_at_the_end() -> None:
    with collecting() as collector:
        traces = OtlpTraces(collector.url, version="1.2.3", environment="test")
        tell(traces, is_our_fault=True)
        await traces.close()
    (span,) = collector.spans
    assert collector.paths == ["/v1/traces"]
    assert (span.name, attributes_of(span)) == ("query viewer", {"graphql.operation.name": "Mine"})
    assert span.end_time_unix_nano - span.start_time_unix_nano == 250_000_000
    assert (span.status.code, span.parent_span_id) == (Status.STATUS_CODE_ERROR, b"")
    assert b"aura-gql" in collector.bodies[0]


async def test_a_trusted_callers_trace_is_continued() -> None:
    with collecting() as collector:
        traces = OtlpTraces(collector.url, version="1", environment="test", trusts_callers=True)
        tell(traces, PARENT)
        await traces.close()
    (span,) = collector.spans
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, "b7ad6b7169203331")


async def test_a_strangers_trace_is_linked_to() -> None:
    with collecting() as collector:
        traces = OtlpTraces(collector.url, version="1", environment="test")
        tell(traces, PARENT)
        await traces.close()
    (span,) = collector.spans
    assert span.trace_id.hex() != TRACE
    assert [link.trace_id.hex() for link in span.links] == [TRACE]


@pytest.mark.parametrize("traceparent", ["", "00-x-y-01", f"00-{'0' * 32}-b7ad6b7169203331-01", PARENT + "x" * 10_000])
async def test_what_is_no_trace_is_ignored(traceparent: str) -> None:
    with collecting() as collector:
        traces = OtlpTraces(collector.url, version="1", environment="test", trusts_callers=True)
        tell(traces, traceparent)
        await traces.close()
    (span,) = collector.spans
    assert (span.parent_span_id, len(span.links)) == (b"", 0)


async def test_the_ratio_is_ours_to_say() -> None:
    with collecting() as collector:
        traces = OtlpTraces(collector.url, version="1", environment="test", ratio=0.0, trusts_callers=True)
        tell(traces, f"{PARENT[:-1]}1")
        await traces.close()
    assert collector.spans == []


async def test_a_collector_that_is_away_is_only_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otlp_traces, "FLUSH_PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    traces = OtlpTraces(url, version="1", environment="test")
    for _ in range(10_000):
        tell(traces)
    await traces.close()
    assert caplog.records


def test_an_address_with_a_path_is_kept() -> None:
    assert with_path("http://collector:4318") == "http://collector:4318/v1/traces"
    assert with_path("https://vendor.example/otlp/v1/traces") == "https://vendor.example/otlp/v1/traces"
