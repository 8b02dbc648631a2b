"""What a sandbox uses, on the wire."""

from aura_gql.graph.sandboxes.metrics import SandboxMetrics
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.records import SandboxUse
from aura_gql.sandboxes.values import Enforcement, Limit, MachineMetrics, ResourceLimits


def test_what_is_not_counted_is_null() -> None:
    metrics = MachineMetrics(utcnow(), cpu_percent=12.5, memory_bytes=0)

    shown = SandboxMetrics.from_record(SandboxUse(metrics, ResourceLimits(disk_bytes=Limit(9, Enforcement.WATCHED))))

    assert (shown.at, shown.cpu_percent, shown.memory_bytes) == (metrics.at, 12.5, 0)
    assert (shown.disk_limit_bytes, shown.memory_limit_bytes) == (9, None)
    assert (shown.cpu_time_ms, shown.processes, shown.network_sent_bytes) == (None, None, None)
