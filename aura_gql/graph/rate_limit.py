"""What the caller may still ask for."""

from datetime import UTC, datetime

import strawberry

from aura_gql.graph.context import Info
from aura_gql.kernel.errors import Unsupported


@strawberry.type(
    description=(
        "What you may spend on operations. Each costs points, most for lists and for what it changes; points come back "
        "when `resetAt` is over. Who has not signed in shares them with others at the same address."
    )
)
class RateLimit:
    """An allowance on the wire."""

    limit: int = strawberry.field(description="The points that you have in each window of time.")
    cost: int = strawberry.field(description="The points that this operation asked for, before any come back.")
    remaining: int = strawberry.field(description="The points that are left, this operation taken off.")
    used: int = strawberry.field(description="The points that are used up, those of this operation among them.")
    reset_at: datetime = strawberry.field(description="When this window ends and all points are there again.")


@strawberry.type
class RateLimitQueries:
    """The limits' part of the root."""

    @strawberry.field(
        description="What you may spend on operations; `extensions.cost` of each answer says what that one took."
    )
    async def rate_limit(self, info: Info) -> RateLimit:
        """Look, convert."""
        bill = info.context.bill
        if bill is None:
            raise Unsupported("This server does not count what operations cost.")
        allowance = await bill.present()
        return RateLimit(
            limit=allowance.limit,
            cost=bill.requested,
            remaining=allowance.remaining,
            used=allowance.used,
            reset_at=datetime.fromtimestamp(allowance.resets_at, UTC),
        )
