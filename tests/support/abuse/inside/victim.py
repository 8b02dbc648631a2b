"""Somebody worth attacking: the server's stand-in on the host, or a neighbour in a sandbox of its own.

Its secret is in its environment, its command line, its memory and its files. For each line of its input it tells who
has been at its doors, and what its note says by now.
"""

import ctypes
import json
import os
import socket
import sys
import tempfile
from dataclasses import asdict

from tests.support.abuse.inside.facts import Facts

NOTE = b"kept"
DOOMED = 4
SHARED_MEMORY = "/dev/shm"


def listen(secret: str) -> dict[str, socket.socket]:
    """A door of each kind, none of which blocks; the names do not tell the secret."""
    token = secret[:8]
    abstract, path = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0abuse-{token}")
    path.bind(os.path.abspath(f"door-{token}"))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    doors = {"abstract": abstract, "socket": path, "udp": udp, "tcp": socket.create_server(("127.0.0.1", 0))}
    doors["tcp6"] = socket.create_server(("::1", 0), family=socket.AF_INET6)
    for name, door in doors.items():
        if name in ("abstract", "socket"):
            door.listen()
        door.setblocking(False)
    return doors


def knocked(door: socket.socket) -> bool:
    """Whether somebody came."""
    try:
        door.recv(64) if door.type == socket.SOCK_DGRAM else door.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def make_files(secret: str) -> tuple[str, ...]:
    """Files with the secret where others might look."""
    token = secret[:8]
    folders = [os.getcwd(), tempfile.gettempdir(), SHARED_MEMORY]
    paths = tuple(os.path.join(folder, f"abuse-{token}") for folder in folders)
    for path in paths:
        with open(path, "w", encoding="ascii") as file:
            file.write(secret)
    return paths


def sleeper() -> int:
    """A process that does nothing."""
    child = os.fork()
    if child == 0:
        os.execv("/bin/sleep", ["sleep", "600"])
    return child


def main(secret: str) -> None:
    """Set everything up, say where it is, and answer."""
    doors = listen(secret)
    deleted = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open
    deleted.write(secret.encode())
    deleted.flush()
    memory, note = ctypes.create_string_buffer(secret.encode()), ctypes.create_string_buffer(NOTE, 64)
    doomed = [sleeper() for _ in range(DOOMED)]
    files = make_files(secret)
    facts = Facts(
        pids=(os.getpid(),),
        doomed=tuple(doomed),
        secret_at=ctypes.addressof(memory),
        note_at=ctypes.addressof(note),
        tcp=doors["tcp"].getsockname()[1],
        tcp6=doors["tcp6"].getsockname()[1],
        udp=doors["udp"].getsockname()[1],
        abstract=doors["abstract"].getsockname()[1:].decode(),
        socket=doors["socket"].getsockname(),
        files=files,
    )
    print(json.dumps(asdict(facts)), flush=True)
    for _ in sys.stdin:
        heard = [name for name, door in doors.items() if knocked(door)]
        print(json.dumps({"heard": heard, "note": note.value.decode()}), flush=True)
    for path in (*files, facts.socket):
        if os.path.exists(path):
            os.unlink(path)
    for child in doomed:
        os.kill(child, 9)


if __name__ == "__main__":
    main(sys.argv[1])
