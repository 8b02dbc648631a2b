"""What the executions room tells the others, as light objects."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bson import ObjectId

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.values import OutputStream, SandboxFile


class ExecutionStatus(StrEnum):
    """Where an execution is in its life; COMPLETED means exit code 0, and the last four are the end."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    LOST = "LOST"


OPEN_STATUSES = frozenset({ExecutionStatus.QUEUED, ExecutionStatus.RUNNING})


class ExecutionErrorType(StrEnum):
    """Why an execution did not complete."""

    SYNTAX = "SYNTAX"
    RUNTIME = "RUNTIME"
    TIMEOUT = "TIMEOUT"
    MEMORY = "MEMORY"
    OUTPUT_LIMIT = "OUTPUT_LIMIT"
    CANCELLED = "CANCELLED"
    LOST = "LOST"
    SETUP = "SETUP"


class TimeoutClock(StrEnum):
    """Which clock ended an execution: its own two, or its sandbox's lifetime."""

    EXECUTION = "EXECUTION"
    IDLE = "IDLE"
    LIFETIME = "LIFETIME"


class ExecutionKind(StrEnum):
    """Whether source text was run by a language's interpreter, or a command by the shell."""

    CODE = "CODE"
    COMMAND = "COMMAND"


class ExecutionLanguage(StrEnum):
    """The languages that `executeCode` runs."""

    PYTHON = "PYTHON"
    JAVASCRIPT = "JAVASCRIPT"
    TYPESCRIPT = "TYPESCRIPT"
    BASH = "BASH"
    RUBY = "RUBY"
    GO = "GO"
    RUST = "RUST"
    C = "C"
    CPP = "CPP"
    JAVA = "JAVA"
    PHP = "PHP"


@dataclass(frozen=True, slots=True)
class LanguageSupport:
    """Whether a provider's sandboxes run a language. `detail` says by which program, or what is missing; `version` is
    that program's own word for it, None where there is none.
    """

    language: ExecutionLanguage
    available: bool
    version: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One execution. `command` is the source text of CODE and the shell line of COMMAND; durations are milliseconds.

    `last_sequence`, `stdout_bytes` and `stderr_bytes` follow a running execution by about a second, and are exact at
    its end. `timeout_ms` is 0 where no clock ends it. `duration_ms` is wall time from the start of the process to its
    end, `queued_ms` what came before it.
    Exactly one of `exit_code` and `signal` is set where the process ended by itself or was killed; none where nobody
    can know. One that `is_temporary` ran in a sandbox without a project.
    """

    id: ObjectId
    sandbox_id: ObjectId
    project_id: ObjectId
    user_id: str
    kind: ExecutionKind
    language: ExecutionLanguage | None
    command: str
    args: tuple[str, ...]
    status: ExecutionStatus
    error_type: ExecutionErrorType | None
    error_message: str | None
    exit_code: int | None
    signal: int | None
    is_temporary: bool
    timeout_ms: int
    idle_timeout_ms: int | None
    timeout_clock: TimeoutClock | None
    background: bool
    stdin_open: bool
    last_sequence: int
    stdout_bytes: int
    stderr_bytes: int
    truncated: bool
    duration_ms: int | None
    queued_ms: int | None
    cpu_time_ms: int | None
    peak_memory_bytes: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.status in OPEN_STATUSES

    @property
    def has_own_sandbox(self) -> bool:
        """Whether its sandbox was made for it alone, and is removed behind it."""
        return self.is_temporary and self.sandbox_id == self.id


@dataclass(frozen=True, slots=True)
class OutputChunkRecord:
    """A piece of output; `sequence` counts the chunks of both streams of one execution from 1, without a gap."""

    sequence: int
    stream: OutputStream
    data: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class OutputBatchRecord:
    """Chunks `first` to `last`, all of them, in order."""

    execution_id: ObjectId
    first: int
    last: int
    chunks: tuple[OutputChunkRecord, ...]


@dataclass(frozen=True, slots=True)
class OutputTotals:
    """How much an execution has written: the number of its last chunk, and the bytes of each stream."""

    last_sequence: int = 0
    stdout_bytes: int = 0
    stderr_bytes: int = 0

    def as_fields(self) -> dict[str, int]:
        """The same under the names of the record's fields."""
        return {
            "last_sequence": self.last_sequence,
            "stdout_bytes": self.stdout_bytes,
            "stderr_bytes": self.stderr_bytes,
        }


@dataclass(frozen=True, slots=True)
class OutputGap:
    """Chunks `first` to `last` are no longer kept; what follows them may be."""

    execution_id: ObjectId
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ExecutionFinished:
    """The end of the stream: the execution as it ended. `last_sequence` is the number of its last chunk, 0 for none."""

    record: ExecutionRecord
    last_sequence: int


ExecutionEvent = OutputBatchRecord | OutputGap | ExecutionFinished


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """Source text to run in a sandbox; `timeout_ms` None is the server's default, `idle_timeout_ms` None no limit.

    `stdin_open` keeps standard input open behind `stdin`, for what is sent later.
    """

    sandbox_id: ObjectId
    language: ExecutionLanguage
    code: str
    args: tuple[str, ...] = ()
    stdin: bytes = b""
    env: tuple[tuple[str, str], ...] = ()
    timeout_ms: int | None = None
    idle_timeout_ms: int | None = None
    stdin_open: bool = False


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A shell line to run in a sandbox, `args` being its `$1`, `$2`…; `cwd` is relative to the project folder.

    A `background` one has no time limit unless it asks, and leaves the places of the others free.
    """

    sandbox_id: ObjectId
    command: str
    cwd: str = "."
    args: tuple[str, ...] = ()
    stdin: bytes = b""
    env: tuple[tuple[str, str], ...] = ()
    timeout_ms: int | None = None
    idle_timeout_ms: int | None = None
    stdin_open: bool = False
    background: bool = False


@dataclass(frozen=True, slots=True)
class QuickRequest:
    """Source text to run in a temporary sandbox that has these files and packages; else as a `CodeRequest`.

    `provider` None is the one that this server takes by default.
    """

    language: ExecutionLanguage
    code: str
    files: tuple[SandboxFile, ...] = ()
    dependencies: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    stdin: bytes = b""
    env: tuple[tuple[str, str], ...] = ()
    timeout_ms: int | None = None
    idle_timeout_ms: int | None = None
    stdin_open: bool = False
    provider: SandboxProviderName | None = None


@dataclass(frozen=True, slots=True)
class ExecutionLimits:
    """Bounds of one execution, and of how many run at once. Sizes are bytes."""

    default_timeout_ms: int = 30_000
    max_timeout_ms: int = 3_600_000
    output_limit: int = 10 * 1024 * 1024
    output_ttl_s: int = 7 * 24 * 3600
    max_code_bytes: int = 256 * 1024
    max_command_bytes: int = 64 * 1024
    max_stdin_bytes: int = 1024 * 1024
    max_input_bytes: int = 64 * 1024
    max_input_waiting_bytes: int = 256 * 1024
    input_patience_s: float = 10.0
    max_files: int = 100
    max_files_bytes: int = 4 * 1024 * 1024
    max_args: int = 64
    max_arg_bytes: int = 4096
    max_env: int = 64
    max_env_bytes: int = 32 * 1024
    max_running_per_sandbox: int = 8
    max_queued_per_sandbox: int = 64
    max_background_per_sandbox: int = 8
    kill_grace_ms: int = 2000
    lease_s: float = 30.0
    patrol_interval_s: float = 10.0
