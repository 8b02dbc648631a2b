"""What the loopback GitHub holds, and what it was asked."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.github.archives import COMMIT, REPOSITORY
from tests.support.github.faults import Fault

HOURLY = 60
HOURLY_WITH_TOKEN = 5000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `endpoint` is `commits`, `tarball`, `codeload` or `rate_limit`; header names are in small letters."""

    endpoint: str
    path: str
    host: str
    headers: Mapping[str, str]


@dataclass
class _Planned:
    fault: Fault
    times: int


@dataclass
class GitHubState:
    """One repository at one commit with its archive; without a token 60 requests an hour, with one 5000."""

    archive: bytes
    commit: str = COMMIT
    repository: str = REPOSITORY
    ref: str = "main"
    tokens: set[str] = field(default_factory=lambda: {"ghp_known"})
    asked: list[Asked] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    reset_at: int = field(default_factory=lambda: int(time.time()) + 3600)
    _planned: dict[str, list[_Planned]] = field(default_factory=dict)

    def publish(self, archive: bytes, commit: str) -> None:
        """Somebody pushes: the ref is at another commit from now on."""
        self.archive, self.commit = archive, commit

    def fail(self, endpoint: str, fault: Fault, times: int = 1_000_000) -> None:
        """Have an endpoint answer its next requests wrongly, behind the faults that it has already."""
        self._planned.setdefault(endpoint, []).append(_Planned(fault, times))

    def heal(self) -> None:
        """End all faults, give all requests back and forget what was asked."""
        self._planned.clear()
        self.used.clear()
        self.asked.clear()

    def fault_of(self, endpoint: str) -> Fault | None:
        """The fault that the present request of an endpoint meets."""
        planned = self._planned.get(endpoint, [])
        if not planned:
            return None
        first = planned[0]
        first.times -= 1
        if first.times <= 0:
            planned.pop(0)
        return first.fault

    def limit(self, token: str) -> int:
        """How many requests an hour this token gives; the empty one is nobody's."""
        return HOURLY_WITH_TOKEN if token in self.tokens else HOURLY

    def left(self, token: str) -> int:
        """How many requests of the hour are left."""
        return max(self.limit(token) - self.used.get(token, 0), 0)

    def mark(self, token: str, accept: str) -> str:
        """The ETag of the present commit: another one for each token and each representation."""
        return f'"{hashlib.sha256(f"{self.commit} {token} {accept}".encode()).hexdigest()}"'

    def requests(self) -> list[str]:
        """The endpoints in the order in which they were asked."""
        return [asked.endpoint for asked in self.asked]
