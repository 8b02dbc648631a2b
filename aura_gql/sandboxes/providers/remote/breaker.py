"""The breaker of a vendor: one that does not answer is left alone for a while, and asked by one caller first then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.providers.remote.errors import VendorBusy, VendorDown, VendorLeftAlone
from aura_gql.sandboxes.tally import VendorTally
from aura_gql.sandboxes.values import Circuit, CircuitState

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """`failures` in a row open it for `first_pause_s`, each trial that fails for twice as long, up to
    `longest_pause_s`; where the vendor itself says how long to stay away, for that long, up to the same.
    """

    failures: int = 5
    first_pause_s: float = 10.0
    longest_pause_s: float = 300.0


class Breaker:
    """CLOSED while the vendor answers; what it answers counts for nothing, an error of its own included where that is
    about us: a full account, a wrong request, a refused key.
    """

    def __init__(
        self,
        name: str,
        tally: VendorTally,
        limits: BreakerLimits | None = None,
        now: Callable[[], datetime] = utcnow,
    ) -> None:
        """`name` is the vendor's, for words; `tally` counts changes."""
        self._name = name
        self._tally = tally
        self._limits = limits or BreakerLimits()
        self._now = now
        self._failures = 0
        self._pauses = 0
        self._until: datetime | None = None
        self._reason: str | None = None
        self._is_tried = False

    @property
    def reading(self) -> Circuit:
        """How it stands now."""
        if self._until is None:
            return Circuit()
        if self._now() < self._until:
            return Circuit(CircuitState.OPEN, self._until, self._reason)
        return Circuit(CircuitState.HALF_OPEN, None, self._reason)

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Around one request. VendorLeftAlone where it is not to be made."""
        is_trial = self._admit()
        try:
            yield
        except (VendorBusy, VendorDown) as error:
            self._failed(error, is_trial=is_trial)
            raise
        except DomainError:
            self._answered(is_trial=is_trial)
            raise
        else:
            self._answered(is_trial=is_trial)
        finally:
            # Also of a trial that was cancelled, from which nothing was learned: the next caller is another.
            if is_trial:
                self._is_tried = False

    def note(self, error: VendorBusy) -> None:
        """What a request that is not guarded was told: how long to stay away, where the vendor says so."""
        if error.retry_after_s is not None and self._until is None:
            self._open(error, error.retry_after_s)

    def _admit(self) -> bool:
        """Whether the request is a trial."""
        reading = self.reading
        self._tell(reading)
        if reading.state is CircuitState.CLOSED:
            return False
        if reading.state is CircuitState.OPEN or self._is_tried:
            raise VendorLeftAlone(self.words)
        self._is_tried = True
        return True

    @property
    def words(self) -> str:
        """Why nothing is asked now, and until when."""
        reading = self.reading
        if reading.until is not None:
            return f"{self._name} is left alone until {reading.until:%H:%M:%S} UTC. {reading.reason}"
        return f"{self._name} is being tried again. {reading.reason}"

    def _failed(self, error: VendorBusy | VendorDown, *, is_trial: bool) -> None:
        self._failures += 1
        asked_for_s = error.retry_after_s if isinstance(error, VendorBusy) else None
        if self._until is not None and not is_trial:
            return  # Begun before it opened: it says nothing new.
        if asked_for_s is not None:
            self._open(error, asked_for_s)
        elif is_trial or self._failures >= self._limits.failures:
            self._open(error, self._limits.first_pause_s * 2.0 ** min(self._pauses, 30))
            self._pauses += 1

    def _answered(self, *, is_trial: bool) -> None:
        if self._until is not None and not is_trial:
            return
        self._failures = self._pauses = 0
        self._until = self._reason = None
        self._tell(self.reading)

    def _open(self, error: DomainError, pause_s: float) -> None:
        pause_s = min(max(pause_s, 0.0), self._limits.longest_pause_s)
        self._until, self._reason = self._now() + timedelta(seconds=pause_s), error.message
        self._tell(self.reading)

    def _tell(self, reading: Circuit) -> None:
        before, self._tally.breaker = self._tally.breaker, reading
        if before.state is reading.state:
            return
        self._tally.breaker_changes[reading.state] += 1
        _log.warning("provider.breaker", provider=self._name, state=reading.state.value, reason=reading.reason)
