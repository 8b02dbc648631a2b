"""What became of the sandboxes that this process held, counted since it began."""

from collections import Counter
from dataclasses import dataclass

from aura_gql.kernel.errors import DomainError, ErrorCode
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import SandboxStatus
from aura_gql.sandboxes.values import Circuit, CircuitState

TIMED_OUT = "TIMEOUT"
GONE = "GONE"


class SandboxTally:
    """`changes` counts each state entered; `failures` what went wrong, by provider, by what was being done and why.

    What was being done is one of `start`, `run`, `extend`, `save`, `stop` and `sweep`; why is the code of an error, or
    TIMED_OUT or GONE.
    """

    def __init__(self) -> None:
        """All at zero."""
        self.changes: Counter[tuple[SandboxProviderName, SandboxStatus]] = Counter()
        self.failures: Counter[tuple[SandboxProviderName, str, str]] = Counter()

    def failed(self, provider: SandboxProviderName, action: str, error: Exception | None = None) -> None:
        """Count a failure; without an error, the machine went by itself."""
        self.failures[provider, action, _reason(error)] += 1


@dataclass(slots=True)
class PoolTally:
    """What became of machines made ahead: `made`, `taken` by a sandbox, `missed` when one was wanted and none was
    there, `failed` to start, `died` before they were wanted.
    """

    made: int = 0
    taken: int = 0
    missed: int = 0
    failed: int = 0
    died: int = 0


class EgressTally:
    """Connections that sandboxes made to the outside: `connections` by the status that they were refused with, None
    for those that were not; `sent` and `received` count the bytes that moved.
    """

    def __init__(self) -> None:
        """All at zero."""
        self.connections: Counter[int | None] = Counter()
        self.sent = 0
        self.received = 0

    def note(self, refused: int | None, sent: int, received: int) -> None:
        """Count a connection that has ended."""
        self.connections[refused] += 1
        self.sent += sent
        self.received += received


class VendorTally:
    """What this process asked of a vendor outside. `calls` counts each request by what was asked, the name of a method
    of its adapter, and how that ended: OK, GONE for a machine that is not there, FULL, BUSY, TIMEOUT, UNAVAILABLE,
    REFUSED, KEY_REFUSED, BROKEN for an agent that is not there, CANCELLED.

    `retries` are those among them that repeat one, by what was asked; `held_back` counts what was not asked because the
    breaker was open; `breaker_changes` counts each state that it entered, and `breaker` is how it stood at last.
    """

    def __init__(self) -> None:
        """All at zero."""
        self.calls: Counter[tuple[str, str]] = Counter()
        self.retries: Counter[str] = Counter()
        self.held_back: Counter[str] = Counter()
        self.breaker_changes: Counter[CircuitState] = Counter()
        self.breaker = Circuit()
        self.is_key_refused = False


def _reason(error: Exception | None) -> str:
    if error is None:
        return GONE
    if isinstance(error, DomainError):
        return error.code.value
    return TIMED_OUT if isinstance(error, TimeoutError) else ErrorCode.INTERNAL.value
