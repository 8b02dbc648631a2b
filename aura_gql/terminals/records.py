"""What the terminals room tells the others, as light objects."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bson import ObjectId


class TerminalStatus(StrEnum):
    """Whether a terminal can be typed into."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class TerminalEnding(StrEnum):
    """What closed a terminal."""

    EXITED = "EXITED"
    CLOSED = "CLOSED"
    SANDBOX_ENDED = "SANDBOX_ENDED"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class TerminalRecord:
    """One terminal. Exactly one of `exit_code` and `signal` is set where the end of its program was seen.

    `last_sequence` is the number of its last chunk of output: of an open one as far as this process knows it.
    """

    id: ObjectId
    sandbox_id: ObjectId
    project_id: ObjectId
    user_id: str
    command: tuple[str, ...]
    cwd: str
    columns: int
    rows: int
    status: TerminalStatus
    ending: TerminalEnding | None
    exit_code: int | None
    signal: int | None
    reason: str | None
    last_sequence: int
    created_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed."""
        return self.status is TerminalStatus.OPEN

    @property
    def has_project(self) -> bool:
        """Whether `project_id` is a project's: that of a sandbox without one is its own."""
        return self.project_id != self.sandbox_id


@dataclass(frozen=True, slots=True)
class TerminalRequest:
    """What to open: a login shell where `command` is empty. `cwd` is relative to the project folder."""

    sandbox_id: ObjectId
    command: tuple[str, ...] = ()
    cwd: str = "."
    columns: int = 80
    rows: int = 24


@dataclass(frozen=True, slots=True)
class TerminalOutput:
    """The bytes of the chunks `first` to `last`, all of them, in order; `at` is when the last one was read."""

    first: int
    last: int
    data: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class TerminalGap:
    """Chunks `first` to `last` are no longer kept."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class TerminalClosed:
    """The end of the stream: every chunk up to `last_sequence` came before it, or was in a gap."""

    record: TerminalRecord
    last_sequence: int


TerminalEvent = TerminalOutput | TerminalGap | TerminalClosed


@dataclass(frozen=True, slots=True)
class TerminalLimits:
    """How many terminals may be open, and how much of each is kept. Sizes are bytes; times have their unit named.

    `max_waiting_bytes` may have been typed into one and not be read by its programs, for `write_patience_s` at most.
    An ended one can be read again for `linger_s`, while there are no more than `max_lingering` of them.
    """

    max_per_sandbox: int = 8
    max_per_user: int = 20
    scrollback_bytes: int = 256 * 1024
    max_write_bytes: int = 64 * 1024
    max_waiting_bytes: int = 256 * 1024
    write_patience_s: float = 10.0
    max_command_bytes: int = 16 * 1024
    batch_interval_s: float = 0.008
    close_grace_ms: int = 500
    activity_interval_s: float = 30.0
    linger_s: float = 120.0
    max_lingering: int = 64
    retention_s: float = 7 * 24 * 3600
    lease_s: float = 30.0
    patrol_interval_s: float = 5.0
