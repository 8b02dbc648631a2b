"""Limits on the wire: each with its enforcement, null where nobody knows."""

from aura_gql.graph.sandboxes.limits import SandboxResourceLimits
from aura_gql.sandboxes.values import Enforcement, Limit, ResourceLimits


def test_what_a_provider_does_not_tell_is_null() -> None:
    limits = ResourceLimits(cpus=Limit(0.5, Enforcement.NONE), disk_bytes=Limit(1e9, Enforcement.WATCHED))

    shown = SandboxResourceLimits.from_value(limits)

    assert shown.cpus is not None
    assert (shown.cpus.value, shown.cpus.enforcement) == (0.5, Enforcement.NONE)
    assert shown.disk_bytes is not None
    assert (shown.disk_bytes.value, shown.disk_bytes.enforcement) == (1_000_000_000, Enforcement.WATCHED)
    assert (shown.memory_bytes, shown.processes, shown.output_bytes) == (None, None, None)
