"""What clients hold open at this moment: sockets, and the operations on them and on event streams."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network

from aura_gql.kernel.errors import QuotaExceeded

_ADDRESS = "address:"


class TooManyOpen(QuotaExceeded):
    """One user, or one address where nobody is signed in, holds as many as one may; closing another makes room."""


class ServerFull(QuotaExceeded):
    """This process holds as many as it may; another one, or a later moment, may have room."""


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """The bounds of one process and of one user in it, and the times that its connections go by, in seconds."""

    max_sockets: int = 3_000
    max_sockets_per_user: int = 50
    max_sockets_per_address: int = 500
    max_subscriptions: int = 20_000
    max_subscriptions_per_user: int = 200
    max_subscriptions_per_socket: int = 100
    init_timeout_s: float = 10.0
    session_check_s: float = 30.0
    heartbeat_s: float = 12.0


class Seat:
    """One of the things that a `Tally` counts, for as long as its owner keeps it."""

    def __init__(self, tally: "Tally", owner: str) -> None:
        self._tally = tally
        self._owner = owner

    def move(self, owner: str) -> None:
        """Count for another owner from now on; TooManyOpen leaves it where it was."""
        if owner != self._owner:
            self._tally.pass_on(self._owner, owner)
            self._owner = owner

    def leave(self) -> None:
        """Count no more."""
        self._tally.release(self._owner)


class Tally:
    """How many of one kind are open, in all and for each owner; neither passes its bound."""

    def __init__(self, kind: str, most: int, most_per_owner: int, most_per_address: int | None = None) -> None:
        """`kind` is the plural that messages name. An address, which many users may share, can have its own bound."""
        self._kind = kind
        self._most = most
        self._most_per_owner = most_per_owner
        self._most_per_address = most_per_address or most_per_owner
        self._open: Counter[str] = Counter()
        self._total = 0

    @property
    def total(self) -> int:
        """How many are open."""
        return self._total

    @property
    def owners(self) -> int:
        """How many users and addresses hold one."""
        return len(self._open)

    def of(self, owner: str) -> int:
        """How many the owner holds."""
        return self._open.get(owner, 0)

    @contextmanager
    def seat(self, owner: str) -> Iterator[Seat]:
        """Count one for as long as the block lasts; TooManyOpen, ServerFull."""
        seat = self.take(owner)
        try:
            yield seat
        finally:
            seat.leave()

    def take(self, owner: str) -> Seat:
        """Count one until it is left; TooManyOpen, ServerFull."""
        self._check(owner)
        if self._total >= self._most:
            raise ServerFull(f"The server has no room for more {self._kind} now; try again later.")
        self._open[owner] += 1
        self._total += 1
        return Seat(self, owner)

    def pass_on(self, owner: str, other: str) -> None:
        """Count one of `owner` for `other` instead; TooManyOpen."""
        self._check(other)
        self._subtract(owner)
        self._open[other] += 1

    def release(self, owner: str) -> None:
        """Count one of `owner` no more."""
        self._subtract(owner)
        self._total -= 1

    def _check(self, owner: str) -> None:
        most = self._most_per_address if owner.startswith(_ADDRESS) else self._most_per_owner
        if self.of(owner) >= most:
            raise TooManyOpen(
                f"At most {most} {self._kind} may be open at once; close one first.", details={"limit": most}
            )

    def _subtract(self, owner: str) -> None:
        self._open[owner] -= 1
        if not self._open[owner]:
            del self._open[owner]


class LiveConnections:
    """Everything that is open in this process, whatever carries it."""

    def __init__(self, limits: LiveLimits | None = None) -> None:
        """Nothing is open yet."""
        self.limits = limits or LiveLimits()
        self.sockets = Tally(
            "sockets", self.limits.max_sockets, self.limits.max_sockets_per_user, self.limits.max_sockets_per_address
        )
        self.subscriptions = Tally(
            "subscriptions", self.limits.max_subscriptions, self.limits.max_subscriptions_per_user
        )


def owner_name(user_id: str | None, host: str | None) -> str:
    """Whom something counts for: the user, else the address, where all of an IPv6 /64 network is one."""
    if user_id is not None:
        return f"user:{user_id}"
    if host is None or ":" not in host:
        return f"{_ADDRESS}{host}"
    try:
        address = IPv6Address(host)
        if address.ipv4_mapped:
            return f"{_ADDRESS}{address.ipv4_mapped}"
        return f"{_ADDRESS}{ip_network((address, 64), strict=False)}"
    except ValueError:
        return f"{_ADDRESS}{host}"
