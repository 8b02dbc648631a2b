"""How fast a client may be."""


class Pace:
    """So many things a second, and so many at once after a rest. Times are in seconds of one clock."""

    def __init__(self, a_second: float, at_once: int, now: float) -> None:
        """Rested."""
        self._a_second = a_second
        self._at_once = at_once
        self._left = float(at_once)
        self._since = now

    def count(self, things: int) -> None:
        """So many came; that they were too many shows in `wait_s`."""
        self._left -= things

    def wait_s(self, now: float) -> float:
        """How long to take nothing more; 0 where there is no need."""
        self._left = min(self._at_once, self._left + (now - self._since) * self._a_second)
        self._since = now
        return max(0.0, -self._left / self._a_second)
