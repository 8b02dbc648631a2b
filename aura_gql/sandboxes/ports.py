"""What every sandbox provider promises, whoever runs the machine.

A provider makes isolated machines that hold one project folder each. The server's records are the truth: a provider
keeps our sandbox id with each machine, so that what no record wants can be found and removed.
"""

import socket
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Protocol

from aura_gql.sandboxes.values import (
    Capabilities,
    Command,
    ExitStatus,
    ListeningPort,
    OutputPiece,
    ProviderHealth,
    ResourceLimits,
    SandboxFile,
    SandboxSpec,
    TerminalSpec,
)


class Process(Protocol):
    """One running command. Its end is the end of its main process, not of its pipes, which a grandchild may hold."""

    def output(self) -> AsyncIterator[OutputPiece]:
        """Every byte written until the main process ended, in order within each stream; read once. Not reading holds
        the process back: memory stays bounded.
        """
        ...

    async def write_stdin(self, data: bytes) -> None:
        """Hand over bytes; waits while the process does not read. Bytes for a closed stdin or an ended process are
        dropped.
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
        nothing of it runs. Safe to repeat and after the end.
        """
        ...

    async def wait(self) -> ExitStatus:
        """How it ended; waits for that. Safe to call again. Never raises for a lost machine: that is LOST."""
        ...


class Terminal(Protocol):
    """One command on a terminal of its own, which leads a session and has job control. It ends as its main process
    does; what it left in the background goes on without a terminal, until the sandbox ends or `terminate` is called.
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


class Sandbox(Protocol):
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
        """Start a command. CommandNotFound where there is no such program, InvalidInput where `cwd` is no folder."""
        ...

    async def open_terminal(self, spec: TerminalSpec) -> Terminal:
        """Start a command on a new terminal that takes its input for UTF-8. Errors as for `start_process`, and
        InvalidInput where it can't have the size. A lost connection to the provider ends it as LOST; it is never
        started twice.
        """
        ...

    async def write_files(self, files: Iterable[SandboxFile]) -> None:
        """Write or replace files, making folders as needed. Never follows a link that code planted: UnsafePath."""
        ...

    async def remove_files(self, paths: Iterable[str]) -> None:
        """Remove files; those not there are passed over. Never follows a link."""
        ...

    async def read_file(self, path: str, max_bytes: int) -> bytes:
        """A regular file's bytes. FileNotInSandbox, UnsafePath for a link or anything else, InvalidInput if larger."""
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

    async def extend(self, until: datetime) -> None:
        """Have it live until then at least: where the provider's own clock would end it, that is moved, never back.

        Safe to repeat. ProviderUnavailable where the provider could not be asked: its clock stands as it stood or as
        wanted, and the caller tries again. Unsupported where it can't be moved.
        """
        ...

    async def stop(self) -> None:
        """End it and everything in it, and remove its disk. Returns when nothing runs. Safe to repeat."""
        ...

    async def wait_gone(self) -> str:
        """Waits until it ends by itself or by `stop`; why, in words for its owner."""
        ...


class SandboxProvider(Protocol):
    """A maker of sandboxes."""

    @property
    def name(self) -> str:
        """The provider's word in the API: LOCAL, E2B or DAYTONA."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do by itself."""
        ...

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """Start a machine with an empty project folder. ProviderUnavailable where it can't, QuotaExceeded where it is
        full. Nothing is left behind by a failure or a cancellation.
        """
        ...

    async def health(self) -> ProviderHealth:
        """Whether it works, proved as far as that is cheap; never raises."""
        ...

    async def remove_orphans(self, keep: Iterable[str]) -> list[str]:
        """End every machine and remove every disk of this environment whose sandbox id is not in `keep`; the ids of
        those removed. Called at start and then at intervals.
        """
        ...

    async def close(self) -> None:
        """Stop every machine whose life is bound to this process, then let go."""
        ...
