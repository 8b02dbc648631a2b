"""What sandboxes may use, as clients see it."""

from typing import Self

import strawberry

from aura_gql.graph.sandboxes.enums import Enforcement
from aura_gql.graph.scalars import Long
from aura_gql.sandboxes.values import Limit, ResourceLimits


@strawberry.type(description="A bound in bytes, or a number of things.")
class ResourceLimit:
    """A limit on the wire."""

    value: Long = strawberry.field(description="The most that there may be.")
    enforcement: Enforcement = strawberry.field(description="Who sees to it.")

    @classmethod
    def from_value(cls, limit: Limit | None) -> Self | None:
        """The limit, where there is one."""
        return None if limit is None else cls(value=Long(int(limit.value)), enforcement=limit.enforcement)


@strawberry.type(description="How much computing time there is in a second.")
class CpuLimit:
    """A limit of CPUs on the wire."""

    value: float = strawberry.field(description="CPUs, in fractions: 0.5 is half a second of one in each second.")
    enforcement: Enforcement = strawberry.field(description="Who sees to it.")

    @classmethod
    def from_value(cls, limit: Limit | None) -> Self | None:
        """The limit, where there is one."""
        return None if limit is None else cls(value=limit.value, enforcement=limit.enforcement)


@strawberry.type(
    name="ResourceLimits",
    description="What a sandbox may use, as it was made; null for what its provider does not tell.",
)
class SandboxResourceLimits:
    """The limits on the wire."""

    cpus: CpuLimit | None = strawberry.field(description="CPUs of all its processes together.")
    memory_bytes: ResourceLimit | None = strawberry.field(description="Memory of all its processes together.")
    processes: ResourceLimit | None = strawberry.field(description="Processes and threads at once.")
    disk_bytes: ResourceLimit | None = strawberry.field(description="Bytes of the project folder.")
    disk_files: ResourceLimit | None = strawberry.field(description="Files and folders in the project folder.")
    open_files: ResourceLimit | None = strawberry.field(description="Files that one process has open.")
    output_bytes: ResourceLimit | None = strawberry.field(
        description="Bytes that one execution prints: more end it, with `truncated`."
    )

    @classmethod
    def from_value(cls, limits: ResourceLimits) -> Self:
        """The limits of a machine."""
        return cls(
            cpus=CpuLimit.from_value(limits.cpus),
            memory_bytes=ResourceLimit.from_value(limits.memory_bytes),
            processes=ResourceLimit.from_value(limits.processes),
            disk_bytes=ResourceLimit.from_value(limits.disk_bytes),
            disk_files=ResourceLimit.from_value(limits.disk_files),
            open_files=ResourceLimit.from_value(limits.open_files),
            output_bytes=ResourceLimit.from_value(limits.output_bytes),
        )
