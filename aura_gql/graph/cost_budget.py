"""What a caller may spend on operations, and the bill of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil

from graphql import GraphQLError

from aura_gql.auth.records import Viewer
from aura_gql.graph.cost import OperationCost, Values
from aura_gql.graph.limits import complexity_error
from aura_gql.infra.live_connections import owner_name
from aura_gql.infra.ports import Allowance, RateLimiter
from aura_gql.kernel.errors import ErrorCode, RateLimited

DOCUMENT_POINTS = 10
CHARACTERS_A_POINT = 20
"""A document that the server does not know has to be parsed and validated: what that costs whatever its length, and a
point more for each so many characters. Those who mean ill get five times as much for it.
"""

_NOT_RUN = frozenset({ErrorCode.UNAUTHENTICATED.value, ErrorCode.FORBIDDEN.value, ErrorCode.RATE_LIMITED.value})


@dataclass(frozen=True, slots=True)
class CostBudget:
    """Points for each user, and for each address of those who have not signed in; at most `max_cost` an operation."""

    max_cost: int
    users: RateLimiter
    addresses: RateLimiter

    def open_bill(self, viewer: Viewer | None, address: str) -> "Bill":
        """The bill of an operation that begins."""
        limiter = self.addresses if viewer is None else self.users
        return Bill(limiter, owner_name(viewer.id if viewer else None, address), self.max_cost)


class Bill:
    """What one operation asks for, and what it uses in the end."""

    def __init__(self, limiter: RateLimiter, key: str, max_cost: int) -> None:
        """Nothing is taken yet."""
        self._limiter = limiter
        self._key = key
        self._max_cost = min(max_cost, limiter.limit)
        self._resets_at: int | None = None
        self._taken = 0
        self._refused = 0
        self._for_document = 0
        self._report: dict[str, object] | None = None

    @property
    def requested(self) -> int:
        """The points that the operation asks for."""
        return self._taken + self._refused

    async def read(self, text: str) -> RateLimited | None:
        """Pay for parsing and validating an unknown document; what keeps it from being read, if anything does."""
        self._for_document = DOCUMENT_POINTS + ceil(len(text) / CHARACTERS_A_POINT)
        return await self._take(self._for_document)

    async def run(self, cost: OperationCost, variables: Values | None) -> GraphQLError | RateLimited | None:
        """Pay for the operation as it asks; what keeps it from running, if anything does.

        One that only stops things falls back on a budget of its own: whoever spent all his points must not have to
        watch what he can't end.
        """
        points = cost.requested(variables)
        if points > self._max_cost:
            self._refused = points
            return complexity_error(f"The operation costs {points} points; the limit is {self._max_cost}.")
        refusal = await self._take(points)
        if refusal and cost.only_stops:
            self._key, self._refused = f"stops/{self._key}", 0
            refusal = await self._take(points)
        return refusal

    async def settle(self, used: int) -> dict[str, object]:
        """Pay the difference to what the operation has used, or get it back, once; what `extensions.cost` says."""
        if self._report is None:
            self._report = await self._settled(self._for_document + used)
        return self._report

    async def present(self) -> Allowance:
        """How the caller stands now, this operation included as it was asked for."""
        return await self._limiter.look(self._key)

    async def _take(self, points: int) -> RateLimited | None:
        try:
            self._resets_at = await self._limiter.take(self._key, points)
        except RateLimited as error:
            self._refused = points
            error.details["cost"] = points
            return error
        self._taken += points
        return None

    async def _settled(self, used: int) -> dict[str, object]:
        if self._resets_at is None:
            allowance, used = await self.present(), 0
        else:
            allowance = await self._limiter.adjust(self._key, self._resets_at, used - self._taken)
        return {
            "requested": self.requested,
            "actual": used,
            "limit": allowance.limit,
            "remaining": allowance.remaining,
            "resetAt": _moment(allowance.resets_at),
        }


@lru_cache(maxsize=1024)
def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def used_points(
    cost: OperationCost, variables: Values | None, data: Mapping[str, object] | None, errors: list[GraphQLError] | None
) -> int:
    """What an operation used that ran: by its answer, of which the errors are those that the client sees."""
    if not errors:
        return cost.used(variables, data)
    paths = [(tuple(error.path or ()), error) for error in errors]
    refused = {path for path, error in paths if (error.extensions or {}).get("code") in _NOT_RUN}
    return cost.used(variables, data, {path for path, _ in paths}, refused)
