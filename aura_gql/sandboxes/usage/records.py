"""What the books tell, as light objects."""

from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId

from aura_gql.kernel.providers import SandboxProviderName

_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class MachineUse:
    """One machine in the books. `opened_at` is when its provider was about to be asked for it, `started_at` when it
    was there, None where nobody knows of one, and `seen_at` when it was last known to run.
    """

    id: ObjectId
    sandbox_id: ObjectId
    provider: SandboxProviderName
    microcents_per_s: int
    opened_at: datetime
    started_at: datetime | None
    seen_at: datetime

    def seconds_until(self, at: datetime) -> int:
        """How many seconds it has run by then, each that it has begun counted in full; 0 where it never did."""
        if self.started_at is None:
            return 0
        return max(1, -(-int((at - self.started_at).total_seconds() * 1000) // 1000))

    def cost_of(self, seconds: int) -> int:
        """What so many of its seconds cost, in micro-cents."""
        return min(seconds * self.microcents_per_s, _MOST)


@dataclass(frozen=True, slots=True)
class SandboxUsage:
    """What the machines of a sandbox come to, those that run counted up to when they were last seen to: neither ever
    falls. A cost of 1,000,000 micro-cents is a cent.
    """

    seconds: int = 0
    cost_microcents: int = 0
