"""What sandboxes have used, as clients see it."""

from typing import Self

import strawberry

from aura_gql.graph.scalars import Long
from aura_gql.sandboxes.usage.records import SandboxUsage as UsageRecord

MICROCENTS_A_CENT = 1_000_000


@strawberry.type(
    description=(
        "What the machines of a sandbox came to, one after the other; of one that runs, up to some seconds ago. "
        "Neither number ever falls."
    )
)
class SandboxUsage:
    """The usage of a sandbox on the wire."""

    seconds: Long = strawberry.field(description="Seconds that its machines have run, paused ones included.")
    cost_cents: float = strawberry.field(
        description="What that is charged with, in US cents; 0 where this server charges nothing for its provider."
    )

    @classmethod
    def from_record(cls, record: UsageRecord) -> Self:
        """The usage that `record` tells."""
        return cls(seconds=Long(record.seconds), cost_cents=record.cost_microcents / MICROCENTS_A_CENT)
