"""What is counted, as Prometheus reads it."""

from prometheus_client import generate_latest

from aura_gql.infra.metrics import Metrics


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_an_operation_is_counted_and_timed() -> None:
    metrics = Metrics("1.2.3")
    for outcome in ("OK", "OK", "NOT_FOUND"):
        metrics.operation_ended("viewer", "query", outcome, 0.02)
    assert sample(metrics, "aura_operations_total", operation="viewer", type="query", outcome="OK") == 2
    assert sample(metrics, "aura_operations_total", operation="viewer", type="query", outcome="NOT_FOUND") == 1
    buckets = "aura_operation_duration_seconds_bucket"
    assert sample(metrics, buckets, operation="viewer", type="query", le="0.01") == 0
    assert sample(metrics, buckets, operation="viewer", type="query", le="0.025") == 3


def test_a_subscription_is_counted_while_it_lasts_and_not_timed() -> None:
    metrics = Metrics("1.2.3")
    labels = {"operation": "executionOutput", "transport": "sse"}
    metrics.subscription_opened("executionOutput", "sse")
    assert sample(metrics, "aura_subscriptions_open", **labels) == 1
    metrics.event_sent("executionOutput")
    metrics.subscription_opened("executionOutput", "sse", -1)
    metrics.operation_ended("executionOutput", "subscription", "OK", 60.0)
    assert sample(metrics, "aura_subscriptions_open", **labels) == 0
    assert sample(metrics, "aura_subscription_events_total", operation="executionOutput") == 1
    assert "duration_seconds_count{" not in generate_latest(metrics.registry).decode()


def test_what_is_not_known_beforehand_makes_no_series() -> None:
    metrics = Metrics("1.2.3")
    for number in range(100):
        metrics.operation_ended("viewer", "query", f"CODE_{number}", 0.1)
        metrics.socket_closed(4800 + number)
    assert sample(metrics, "aura_operations_total", operation="viewer", type="query", outcome="other") == 100
    assert sample(metrics, "aura_socket_closes_total", code="other") == 100


def test_the_process_tells_of_itself() -> None:
    metrics = Metrics("1.2.3")
    assert sample(metrics, "aura_build_info", version="1.2.3") == 1
    assert sample(metrics, "process_resident_memory_bytes")
    assert sample(metrics, "python_gc_collections_total", generation="2") is not None


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Metrics("1"), Metrics("1")
    one.request_answered(200)
    assert sample(one, "aura_http_requests_total", status="200") == 1
    assert sample(other, "aura_http_requests_total", status="200") is None
