"""What machines take and give: plain values, the same whoever runs the machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aura_gql.sandboxes.egress import EgressPolicy


class OutputStream(StrEnum):
    """Which of its two outputs a process wrote to."""

    STDOUT = "STDOUT"
    STDERR = "STDERR"


class EndReason(StrEnum):
    """Why a process ended, told truthfully: LOST where nobody can know, never an invented exit code."""

    EXITED = "EXITED"
    SIGNALLED = "SIGNALLED"
    MEMORY = "MEMORY"
    DISK = "DISK"
    LOST = "LOST"


class SandboxSize(StrEnum):
    """How large a machine is wanted; what that comes to is the provider's, by its settings."""

    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"


@dataclass(frozen=True, slots=True)
class SandboxSpec:
    """What to create. `sandbox_id` is ours: creating again with the same one gives the same machine or fails.

    A provider whose machines end by a clock of their own sets it to `lives_until` at least. Code inside reaches what
    `network` allows and nothing else; None allows nothing. A provider that has machines of several kinds chooses by
    `language`, a word such as `python`, and `size`; others pass over them.

    `attempt` is the same for calls that are meant to give the same machine, whichever process makes them, and another
    for each machine that comes after it: where a vendor makes nothing twice by such a word, it need not be searched for
    what an earlier call has made. Lowercase letters, digits and hyphens, 32 at most.
    """

    sandbox_id: str
    project_id: str
    lives_until: datetime | None = None
    network: EgressPolicy | None = None
    language: str | None = None
    size: SandboxSize = SandboxSize.SMALL
    attempt: str | None = None


@dataclass(frozen=True, slots=True)
class SandboxFile:
    """A file to write, its path relative to the project folder."""

    path: str
    data: bytes
    executable: bool = False


class FileKind(StrEnum):
    """What an entry of a folder is; OTHER is a FIFO, a socket or a device, which nobody here opens."""

    FILE = "FILE"
    FOLDER = "FOLDER"
    LINK = "LINK"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class FileInfo:
    """An entry below the project folder. `size` is a file's bytes, 0 for anything else; `modified_at` is what the code
    in the sandbox chose to have it say. Bytes of a name that are no UTF-8 stand as `\\xNN` in `path`.
    """

    path: str
    kind: FileKind
    size: int
    executable: bool
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Command:
    """A process to start: `argv[0]` is looked up in the sandbox's PATH, `cwd` is relative to the project folder."""

    argv: Sequence[str]
    cwd: str = "."
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TerminalSpec:
    """A command to start on a terminal: a login shell unless it names another. 1 to 1000 columns and rows."""

    argv: Sequence[str] = ("bash", "-l")
    cwd: str = "."
    env: Mapping[str, str] = field(default_factory=dict)
    columns: int = 80
    rows: int = 24


@dataclass(frozen=True, slots=True)
class OutputPiece:
    """Bytes as one read gave them, 1 byte to 64 KiB."""

    stream: OutputStream
    data: bytes


@dataclass(frozen=True, slots=True)
class ExitStatus:
    """How a process ended. Exactly one of `exit_code` and `signal` is set for EXITED and SIGNALLED; both may be None
    otherwise. Times are milliseconds, memory is bytes; None where the provider can't measure it.
    """

    reason: EndReason
    exit_code: int | None = None
    signal: int | None = None
    cpu_time_ms: int | None = None
    peak_memory_bytes: int | None = None


class IpVersion(StrEnum):
    """The family of an address."""

    V4 = "IPV4"
    V6 = "IPV6"


@dataclass(frozen=True, slots=True)
class ListeningPort:
    """A TCP port that something in the sandbox listens on: over which IP versions, and who, where that is known.

    A socket for both versions at once counts as one for V6. `pid` is as the sandbox sees it; `process_name` is what
    the kernel calls it, at most 15 bytes, which the code chooses.
    """

    port: int
    ip_versions: tuple[IpVersion, ...]
    pid: int | None = None
    process_name: str | None = None


class Capability(StrEnum):
    """The names of the fields of Capabilities."""

    STDIN = "STDIN"
    SIGNALS = "SIGNALS"
    NETWORK = "NETWORK"
    TERMINAL = "TERMINAL"
    PORTS = "PORTS"
    WATCH = "WATCH"
    PAUSE = "PAUSE"
    EXTEND = "EXTEND"
    METRICS = "METRICS"
    PERSISTENT = "PERSISTENT"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do: each is a method of the port that does not answer Unsupported.

    `network` gives a machine what its spec allows, `watch` tells changes of files as they happen, `persistent` keeps
    the disk of a machine that was paused or stopped. `emulated` names those that its vendor has not, or not as the port
    promises them, and that our agent inside brings.
    """

    stdin: bool
    signals: bool
    network: bool
    terminal: bool = False
    ports: bool = False
    watch: bool = False
    pause: bool = False
    extend: bool = False
    metrics: bool = False
    persistent: bool = False
    emulated: tuple[Capability, ...] = ()


class Enforcement(StrEnum):
    """Who sees to a limit: the kernel or a watcher that ends what exceeds it, somewhat late; or nobody."""

    HARD = "HARD"
    WATCHED = "WATCHED"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound of a machine: bytes, CPUs or a count."""

    value: float
    enforcement: Enforcement


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What a sandbox may use, as it was made; None for what its provider does not tell.

    `disk_bytes` and `disk_files` are the project folder's, `open_files` those of one process. `output_bytes` are those
    of one execution: the server sees to them, whoever the provider is.
    """

    cpus: Limit | None = None
    memory_bytes: Limit | None = None
    processes: Limit | None = None
    disk_bytes: Limit | None = None
    disk_files: Limit | None = None
    open_files: Limit | None = None
    output_bytes: Limit | None = None


@dataclass(frozen=True, slots=True)
class MachineMetrics:
    """What a machine uses at a moment; None for what its provider does not count.

    `cpu_time_ms` is what all its processes have used since it was made, and `cpu_percent` how much of one CPU they use
    now, 250 for two and a half: a provider tells either. `memory_bytes` leaves out what the kernel gives back at once,
    `processes` counts threads, `disk_bytes` and `disk_files` are the project folder's. The network's are since it was
    made.
    """

    at: datetime
    cpu_time_ms: int | None = None
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    processes: int | None = None
    disk_bytes: int | None = None
    disk_files: int | None = None
    network_received_bytes: int | None = None
    network_sent_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderSandbox:
    """A machine as its provider lists it: by our id and its own, with our environment. What does not run is left of one
    that has ended.
    """

    sandbox_id: str
    provider_sandbox_id: str
    created_at: datetime
    environment: str
    is_running: bool = True


class CircuitState(StrEnum):
    """Whether a provider is asked: CLOSED as ever, OPEN not at all for a while, HALF_OPEN by one call that tells."""

    CLOSED = "CLOSED"
    HALF_OPEN = "HALF_OPEN"
    OPEN = "OPEN"


@dataclass(frozen=True, slots=True)
class Circuit:
    """The breaker of a provider outside: `until` when it stays OPEN, and `reason` what opened it, for whoever runs
    sandboxes there.
    """

    state: CircuitState = CircuitState.CLOSED
    until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """Whether sandboxes can be created now; `detail` says how they are isolated, or what is wrong and what to do.

    `circuit` is None for a provider that has no breaker.
    """

    available: bool
    detail: str
    circuit: Circuit | None = None
