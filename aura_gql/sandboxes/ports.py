"""What every sandbox provider promises, whoever runs the machine. Adapters are written from this page and proved by the
contract suite of the tests.

A provider makes isolated machines that hold one project folder each. The server's records are the truth: a provider
keeps our sandbox id with each machine, so that what no record wants can be found and removed.

Unless a method says otherwise:

- **Errors.** It raises the kinds that it names, ProviderUnavailable, and SandboxGone once the machine has ended;
  nothing of a vendor's SDK or of its HTTP library leaves the adapter. The message is for the sandbox's owner and tells
  no secret.
- **Time.** It answers within 30 seconds or raises ProviderUnavailable. What waits for something inside (`wait`,
  `wait_gone`, `write_stdin`, the reading of output) takes as long as that takes. A caller that is cancelled leaves
  nothing half done: what was begun is brought to its end or undone behind it.
- **Retry.** An adapter tries again by itself only what changes nothing: reads, and what is safe to repeat. A caller may
  repeat whatever is called safe to repeat here; all else it does not.
- **A lost connection** to the provider is no end of the machine. What was only asked raises ProviderUnavailable, and
  the machine is taken to be there until the provider itself says that it has gone. Nobody invents an exit code.
- **Two at once.** Methods may be called side by side from one event loop, and never block it.
"""

import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from aura_gql.sandboxes.machine_files.ports import SandboxFiles
from aura_gql.sandboxes.values import (
    Capabilities,
    Command,
    ExitStatus,
    ListeningPort,
    MachineMetrics,
    OutputPiece,
    ProviderHealth,
    ProviderSandbox,
    ResourceLimits,
    SandboxSpec,
    TerminalSpec,
)


class Process(Protocol):
    """One running command. Its end is the end of its main process, not of its pipes, which a grandchild may hold.

    Where the connection to it is lost, the adapter takes it up again if the provider can go on behind the last byte
    that came. Else the output ends there and `wait` gives LOST: bytes are never told twice, and a gap never goes
    unnoticed.
    """

    def output(self) -> AsyncIterator[OutputPiece]:
        """Every byte written until the main process ended, in order within each stream; read once. Not reading holds
        the process back: memory stays bounded, where the provider can't hold it back, by ending it. Ends, and raises
        nothing, where the machine goes.
        """
        ...

    async def write_stdin(self, data: bytes) -> None:
        """Hand over bytes, in order; waits while the process does not read. Bytes for a closed stdin or an ended
        process are dropped. Not safe to repeat: where the connection breaks, stdin is closed rather than written twice.
        """
        ...

    async def close_stdin(self) -> None:
        """End of input. Safe to repeat."""
        ...

    async def signal(self, number: int) -> None:
        """Send one of the signals 1 to 31 to the process group of the command, which is not waited for. InvalidInput
        for any other number. Does nothing once the main process has ended.
        """
        ...

    async def terminate(self, grace_ms: int) -> None:
        """SIGTERM, then after `grace_ms` SIGKILL to the whole tree of the command, daemons included. Returns when
        nothing of it runs, at the latest some seconds after the grace: what can't be ended otherwise takes the machine
        with it. Safe to repeat and after the end, also of the machine.
        """
        ...

    async def wait(self) -> ExitStatus:
        """How it ended; waits for that. Safe to call again, and for several at once. Never raises: a machine that went
        and an end that nobody can know are LOST.
        """
        ...


class Terminal(Protocol):
    """One command on a terminal of its own, which leads a session and has job control. It ends as its main process
    does; what it left in the background goes on without a terminal, until the sandbox ends or `terminate` is called.

    A lost connection is dealt with as that of a Process.
    """

    def output(self) -> AsyncIterator[bytes]:
        """Every byte shown until the main process ended, in order, 1 byte to 64 KiB at a time; read once. Not reading
        holds the processes on it back: memory stays bounded. Ends early where all of them have closed it.
        """
        ...

    async def write(self, data: bytes) -> None:
        """Type these bytes, all in order behind what was written before: `\\x03` is Ctrl-C. Waits while nobody reads
        them and the terminal is full; cancelled then, a part may have been typed. Bytes for an ended command are
        dropped.
        """
        ...

    async def resize(self, columns: int, rows: int) -> None:
        """Give it another size, of which the programs in the foreground are told by SIGWINCH. InvalidInput unless both
        are 1 to 1000. Does nothing once it has ended.
        """
        ...

    async def signal(self, number: int) -> None:
        """Send one of the signals 1 to 31 to the group in the foreground: InvalidInput for any other number."""
        ...

    async def terminate(self, grace_ms: int) -> None:
        """Hang up (SIGHUP), then after `grace_ms` SIGKILL to everything that was started on it. Returns when nothing of
        it runs. Safe to repeat and after the end.
        """
        ...

    async def wait(self) -> ExitStatus:
        """How it ended; waits for that. Safe to call again. Never raises for a lost machine: that is LOST."""
        ...


class Sandbox(SandboxFiles, Protocol):
    """One running machine. Any method may raise SandboxGone where it has ended."""

    @property
    def provider_sandbox_id(self) -> str:
        """The provider's own name for it."""
        ...

    @property
    def limits(self) -> ResourceLimits:
        """What it may use and who sees to that, as it was made; asked for without a call to the provider."""
        ...

    async def start_process(self, command: Command) -> Process:
        """Start a command and return once it runs. CommandNotFound where there is no such program, InvalidInput where
        `cwd` is no folder or the arguments are more than the provider takes (100 kB at least).

        Not safe to repeat: where the answer to a start is lost, the adapter ends what it may have started and raises
        ProviderUnavailable. A caller that is cancelled leaves no process behind.
        """
        ...

    async def open_terminal(self, spec: TerminalSpec) -> Terminal:
        """Start a command on a new terminal that takes its input for UTF-8. Errors as for `start_process`, and
        InvalidInput where it can't have the size. A lost connection to the provider ends it as LOST; it is never
        started twice.
        """
        ...

    async def ports(self) -> list[ListeningPort]:
        """The TCP ports on which the code listens now, one entry each, lowest first; of more than 100 the lowest. What
        belongs to the provider itself is left out. Safe to repeat; nothing in the sandbox runs for it or can delay it.
        """
        ...

    async def connect(self, port: int) -> socket.socket:
        """A stream to what listens on the port of 127.0.0.1 inside, else of ::1: connected, non-blocking, the caller's
        to close. PortNotOpen where nothing does or none is accepted within 10 seconds, InvalidInput for a number that
        is no port. Each call is a connection of its own, bytes pass unchanged, `shutdown` of one direction leaves the
        other open, and who does not read holds the other back. Safe to repeat. When the sandbox ends, so does the
        stream; where the provider has only requests to offer, it bridges them to a socket pair.
        """
        ...

    async def metrics(self) -> MachineMetrics:
        """What it uses now, seen from outside: code inside can neither delay nor change it. `cpu_time_ms` never falls.
        Safe to repeat, once a second and less. Unsupported where the provider has no figures.
        """
        ...

    async def pause(self) -> None:
        """Have nothing in it run until `resume`, with memory and disk as they are, and not pay for its CPUs.

        Commands go on where they stood. Safe to repeat. Unsupported where the provider can't; then nothing changes.
        """
        ...

    async def resume(self) -> None:
        """Go on behind a `pause`. Safe to repeat, also where it runs. Unsupported likewise."""
        ...

    async def extend(self, until: datetime) -> None:
        """Have it live until then at least: where the provider's own clock would end it, that is moved, never back.

        Safe to repeat. ProviderUnavailable where the provider could not be asked: its clock stands as it stood or as
        wanted, and the caller tries again. Unsupported where it can't be moved.
        """
        ...

    async def stop(self) -> None:
        """End it and everything in it, and remove its disk. Returns when nothing runs. Safe to repeat, and of several
        at once each waits. A caller that is cancelled does not stop the stopping. ProviderUnavailable where something
        may be left: then it is an orphan for `remove_orphans`.
        """
        ...

    async def wait_gone(self) -> str:
        """Waits until it ends by itself or by `stop`; why, in words for its owner. Safe for several at once. Never
        raises: while the provider can't be asked, it waits.
        """
        ...


class SandboxProvider(Protocol):
    """A maker of sandboxes, for one environment: what another server of the same account or host has made is never
    listed, connected to or removed.
    """

    @property
    def name(self) -> str:
        """The provider's word in the API: LOCAL, E2B or DAYTONA."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do by itself; the same for as long as it lives."""
        ...

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """Start a machine with an empty project folder. ProviderUnavailable where it can't, QuotaExceeded where it is
        full. Nothing is left behind by a failure or a cancellation.

        Safe to repeat with the same sandbox id: the machine that an earlier call made whose answer was lost is given,
        or Conflict while it starts or stops. Our id and environment are on the machine before it can run anything.
        """
        ...

    async def connect(self, sandbox_id: str) -> Sandbox:
        """The running machine of that id, where this process or the vendor has it; SandboxGone else. Safe to repeat,
        and it starts nothing. A machine whose life is bound to the process that made it is found by that process alone.
        """
        ...

    async def list(self) -> Sequence[ProviderSandbox]:
        """Every machine of this environment, whichever process made it, and what is left of any, paused and failed ones
        too: all of them or ProviderUnavailable, never a part. Safe to repeat.
        """
        ...

    async def health(self) -> ProviderHealth:
        """Whether it works, proved as far as that is cheap; never raises. Safe to repeat, several times a minute."""
        ...

    async def remove_orphans(self, keep: Iterable[str]) -> Sequence[str]:
        """End every machine and remove every disk of this environment whose sandbox id is not in `keep`; the ids of
        those removed. Called at start and then at intervals; no machine is created meanwhile. Safe to repeat: what
        could not be removed is tried again by the next call, and does not keep the others.
        """
        ...

    async def close(self) -> None:
        """Stop every machine whose life is bound to this process, then let go of connections. Safe to repeat."""
        ...
