"""Which TCP ports are listened on inside a sandbox, read from /proc on the host."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aura_gql.sandboxes.providers.local.memory import process_tree
from aura_gql.sandboxes.values import IpVersion, ListeningPort

EGRESS_PORT = 61_128
"""Where the way out begins inside. No port that the kernel gives to anyone of itself."""

OWN_PORTS: frozenset[int] = frozenset({EGRESS_PORT})
"""Ports at which we ourselves listen inside: neither listed nor to be connected to from outside."""

MAX_PORTS = 100
# Some 7,000 sockets. Those that listen come first, whatever code inside opens besides.
TABLE_BYTES = 1 << 20
# Looking whose a socket is takes a call for each open file of each process.
MAX_FILES_SEEN = 5_000
LISTEN_STATE = "0A"
SOCKET_LINK = "socket:["


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that holds a socket: its pid inside the sandbox, and its name."""

    pid: int
    name: str


def listening_ports(pid: int) -> list[ListeningPort]:
    """The ports in the network of a process, the lowest 100 in order; none where it has gone. Blocks."""
    found: dict[int, dict[int, IpVersion]] = {}
    for version, table in ((IpVersion.V4, "tcp"), (IpVersion.V6, "tcp6")):
        for port, inode in _listeners(Path(f"/proc/{pid}/net/{table}")):
            found.setdefault(port, {})[inode] = version
    ports = sorted(set(found) - OWN_PORTS)[:MAX_PORTS]
    owners = _owners(pid, {inode for port in ports for inode in found[port]})
    return [_listening_port(port, found[port], owners) for port in ports]


def _listening_port(port: int, sockets: dict[int, IpVersion], owners: dict[int, Owner]) -> ListeningPort:
    owner = next((owners[inode] for inode in sockets if inode in owners), None)
    versions = tuple(sorted(set(sockets.values())))
    return ListeningPort(port, versions, owner.pid if owner else None, owner.name if owner else None)


def _listeners(table: Path) -> Iterator[tuple[int, int]]:
    """Port and inode of each socket that listens."""
    try:
        with table.open(encoding="ascii") as lines:
            text = lines.read(TABLE_BYTES)
    except OSError:
        return
    # The last line may be cut off.
    for line in text[: text.rfind("\n") + 1].splitlines()[1:]:
        fields = line.split()
        if fields[3] == LISTEN_STATE:
            yield int(fields[1].rsplit(":", 1)[1], 16), int(fields[9])


def _owners(root: int, inodes: set[int]) -> dict[int, Owner]:
    """Who holds the sockets, as far as this user may see that and it is found soon; of several the first."""
    owners: dict[int, Owner] = {}
    for pid, link in _open_files(root) if inodes else ():
        if not link.startswith(SOCKET_LINK):
            continue
        inode = int(link.removeprefix(SOCKET_LINK).rstrip("]"))
        if inode in inodes and inode not in owners:
            with suppress(OSError, StopIteration):
                owners[inode] = _owner(pid)
        if len(owners) == len(inodes):
            break
    return owners


def _open_files(root: int) -> Iterator[tuple[int, str]]:
    """What each process of a tree has open, but for its root."""
    seen = 0
    for pid in process_tree(root)[1:]:
        with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as descriptors:
            for descriptor in descriptors:
                seen += 1
                if seen > MAX_FILES_SEEN:
                    return
                with suppress(OSError):
                    yield pid, os.readlink(descriptor.path)


def _owner(pid: int) -> Owner:
    """Raises OSError, StopIteration where it has gone."""
    folder = Path(f"/proc/{pid}")
    status = (folder / "status").read_text(encoding="utf-8", errors="replace")
    inner = next(line.split()[-1] for line in status.splitlines() if line.startswith("NSpid:"))
    return Owner(int(inner), (folder / "comm").read_text(encoding="utf-8", errors="replace").removesuffix("\n"))
