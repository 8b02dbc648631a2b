"""When the lapsed lease of another server means that it is dead."""


class LeaseWatch:
    """A lease that lapsed while the database was away says nothing of its holder, who could not renew it either.

    So a server judges others only when it has itself renewed its leases for as long as one holds, without a break.
    Times are seconds of a monotonic clock.
    """

    def __init__(self, lease_s: float) -> None:
        self._lease_s = lease_s
        self._since_s: float | None = None
        self._renewed_s = 0.0

    def renewed(self, at_s: float) -> bool:
        """Our own leases were renewed: whether others that have lapsed may be taken for dead."""
        if self._since_s is None or at_s - self._renewed_s > self._lease_s / 2:
            self._since_s = at_s
        self._renewed_s = at_s
        return at_s - self._since_s >= self._lease_s
