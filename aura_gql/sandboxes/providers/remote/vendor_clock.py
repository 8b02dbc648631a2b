"""The vendor's clock, which may stand otherwise than ours."""

from datetime import datetime, timedelta


class VendorClock:
    """By how much it is ahead, learned from what the vendor says of machines that it has just made."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def learn(self, asked_at: datetime, told: datetime, answered_at: datetime) -> None:
        """It was `told` there at some moment between our other two; what is between them is no difference."""
        nearest = min(max(told, asked_at), answered_at)
        self._ahead = told - nearest

    def ours(self, at: datetime) -> datetime:
        """A time of the vendor's as ours."""
        return at - self._ahead
