"""What a sandbox uses, as clients see it."""

from datetime import datetime
from typing import Self

import strawberry

from aura_gql.graph.scalars import Long
from aura_gql.sandboxes.records import SandboxUse
from aura_gql.sandboxes.values import Limit


@strawberry.type(
    description=(
        "What a sandbox uses at a moment, seen from outside it; null for what its provider does not count. All its "
        "processes together, those of the machine itself included."
    )
)
class SandboxMetrics:
    """Figures on the wire."""

    at: datetime = strawberry.field(description="The moment.")
    cpu_percent: float | None = strawberry.field(
        description="CPU time of the last second or so, in percent of one CPU: 250 is two and a half. Null at first."
    )
    cpu_time_ms: Long | None = strawberry.field(
        description="Milliseconds of CPU time since the machine was made; what ended is counted, too."
    )
    memory_bytes: Long | None = strawberry.field(
        description="Memory, with what is in /tmp and the home folder, but without what would be given back at once."
    )
    memory_limit_bytes: Long | None = strawberry.field(description="The most memory, as in `resourceLimits`.")
    processes: int | None = strawberry.field(description="Processes and threads.")
    disk_bytes: Long | None = strawberry.field(description="Bytes that the project folder takes on the disk.")
    disk_limit_bytes: Long | None = strawberry.field(
        description="The most bytes of the project folder, as in `resourceLimits`."
    )
    disk_files: int | None = strawberry.field(description="Files and folders in the project folder.")
    network_received_bytes: Long | None = strawberry.field(description="Bytes that came from the network.")
    network_sent_bytes: Long | None = strawberry.field(description="Bytes that went to the network.")

    @classmethod
    def from_record(cls, use: SandboxUse) -> Self:
        """The figures that `use` holds."""
        metrics, limits = use.metrics, use.limits
        return cls(
            at=metrics.at,
            cpu_percent=metrics.cpu_percent,
            cpu_time_ms=_long(metrics.cpu_time_ms),
            memory_bytes=_long(metrics.memory_bytes),
            memory_limit_bytes=_limit(limits.memory_bytes),
            processes=metrics.processes,
            disk_bytes=_long(metrics.disk_bytes),
            disk_limit_bytes=_limit(limits.disk_bytes),
            disk_files=metrics.disk_files,
            network_received_bytes=_long(metrics.network_received_bytes),
            network_sent_bytes=_long(metrics.network_sent_bytes),
        )


def _long(value: int | None) -> Long | None:
    return None if value is None else Long(value)


def _limit(limit: Limit | None) -> Long | None:
    return None if limit is None else Long(int(limit.value))
