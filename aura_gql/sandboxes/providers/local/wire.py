"""The messages between the host and the supervisor, over SOCK_SEQPACKET; descriptors travel with them.

    host to PID 1     start NUL cwd NUL rlimits NUL argc NUL argv... NUL name=value...
                                                          with: channel, stdin, stdout, stderr
                      terminal COLUMNS ROWS NUL cwd NUL ...   the rest as for start; with: channel
                      kill-keeper NUL PID | kill-all      with: a socket that is closed when nothing of it runs any more
                      connect NUL 4|6 NUL port            with: channel; to 127.0.0.1 or ::1
                      listen NUL port                     with: channel; on 127.0.0.1
                      ping                                with: a socket for the answer, pong
    PID 1 to host     ready PID; on the channel of a connect or a listen:
                      connecting (with: a socket that is connected or about to be) | error connect ERRNO
                      listening (with: a socket that listens) | error listen ERRNO
    keeper to host    started PID                         with, for a terminal: its master
                      error STAGE ERRNO                   (STAGE: fork, set-up, cwd, exec)
                      ended WAIT_STATUS CPU_MS PEAK_BYTES DAEMONS_LEFT
    host to keeper    terminate GRACE_MS | signal NUMBER
                      unread                              with: the pipes that nobody reads any more

Closing either end is a message as well: a keeper kills its command, PID 1 ends the sandbox, the host learns of a loss.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aura_gql.sandboxes.providers.local.readiness import readable, writable

REPORT_BYTES = 4096
CREDENTIALS = struct.Struct("iii")
DESCRIPTOR = struct.Struct("i")


@dataclass(frozen=True, slots=True)
class Started:
    """The command runs; `keeper` is its keeper's pid inside."""

    keeper: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The command could not be started."""

    stage: str
    error: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The main process has ended. `daemons_left` says that something of the command still runs."""

    wait_status: int
    cpu_time_ms: int
    peak_memory_bytes: int
    daemons_left: bool


Report = Started | Failed | Ended


def channel_pair() -> tuple[socket.socket, socket.socket]:
    """The host's end, which does not block and learns the senders' pids, and the one to give away."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return ours, theirs


def start_message(
    argv: Sequence[str],
    cwd: str,
    env: Mapping[str, str],
    rlimits: Mapping[int, int],
    window: tuple[int, int] | None = None,
) -> bytes:
    """The order to start a command, on a terminal of so many columns and rows where a window is given."""
    limits = ",".join(f"{number}:{value}" for number, value in rlimits.items())
    fields: Iterable[str] = (
        "start" if window is None else f"terminal {window[0]} {window[1]}",
        cwd,
        limits,
        str(len(argv)),
        *argv,
        *(f"{name}={value}" for name, value in env.items()),
    )
    return b"\0".join(os.fsencode(field) for field in fields)


def parse_report(message: bytes) -> Report:
    """What a keeper says. Raises ValueError for anything else."""
    match message.split():
        case [b"started", keeper]:
            return Started(int(keeper))
        case [b"error", stage, error]:
            return Failed(stage.decode("ascii"), int(error))
        case [b"ended", status, cpu_ms, peak_bytes, daemons]:
            return Ended(int(status), int(cpu_ms), int(peak_bytes), daemons != b"0")
    raise ValueError(f"not a report: {message[:64]!r}")


def receive_report(channel: socket.socket) -> tuple[Report | None, list[int]]:
    """The keeper's next message, None where it has gone or says nothing sensible, and the descriptors that came along.

    Raises BlockingIOError where there is none yet.
    """
    space = socket.CMSG_SPACE(CREDENTIALS.size) + socket.CMSG_SPACE(DESCRIPTOR.size)
    try:
        message, ancillary, _, _ = channel.recvmsg(REPORT_BYTES, space, socket.MSG_CMSG_CLOEXEC)
    except BlockingIOError:
        raise
    except OSError:
        return None, []
    descriptors: list[int] = []
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            whole = len(data) - len(data) % DESCRIPTOR.size
            descriptors += [descriptor for (descriptor,) in DESCRIPTOR.iter_unpack(data[:whole])]
    try:
        return (parse_report(message) if message else None), descriptors
    except ValueError:
        return None, descriptors


async def send(channel: socket.socket, message: bytes, descriptors: Sequence[int] = ()) -> None:
    """Send as one message, waiting while the other side is busy. Raises OSError where it has gone."""
    while True:
        try:
            socket.send_fds(channel, [message], descriptors)
        except BlockingIOError:
            await writable(channel.fileno())
        else:
            return


async def receive_socket(channel: socket.socket) -> socket.socket | int:
    """Wait for the answer to `connect` or `listen`: a socket, which does not block, or the errno. Raises OSError where
    PID 1 has gone.
    """
    await readable(channel.fileno())
    space = socket.CMSG_SPACE(CREDENTIALS.size) + socket.CMSG_SPACE(DESCRIPTOR.size)
    message, ancillary, _, _ = channel.recvmsg(REPORT_BYTES, space, socket.MSG_CMSG_CLOEXEC)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            connection = socket.socket(fileno=DESCRIPTOR.unpack(data[: DESCRIPTOR.size])[0])
            connection.setblocking(False)
            return connection
    match message.split():
        case [b"error", b"connect" | b"listen", error]:
            return int(error)
    raise ConnectionResetError("no answer")


async def receive_ready(channel: socket.socket, timeout_s: float) -> int | None:
    """Wait for `ready` from PID 1; its pid on the host, or None where it ended or is not PID 1. Raises TimeoutError."""
    async with asyncio.timeout(timeout_s):
        await readable(channel.fileno())
    try:
        message, ancillary, _, _ = channel.recvmsg(REPORT_BYTES, socket.CMSG_SPACE(CREDENTIALS.size))
    except OSError:
        return None
    if message != b"ready 1":
        return None
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            pid: int = CREDENTIALS.unpack(data[: CREDENTIALS.size])[0]
            return pid
    return None
