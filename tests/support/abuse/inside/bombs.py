"""Bombs of a given size: each takes that much of the host, says so, and holds it until its input ends.

Run as `python3 -m tests.support.abuse.inside.bombs NAME AMOUNT`. Outside a sandbox each reaches its size.
"""

import mmap
import os
import socket
import sys
from collections.abc import Callable

from tests.support.abuse.inside.kernel import call

MEGABYTE = 1_000_000
HUGE_STEP = 2 << 20
MEMFD_CREATE = 319
FULL = "full"


def anonymous(amount: int) -> object:
    return [b"x" * MEGABYTE for _ in range(amount // MEGABYTE)]


def shared(amount: int) -> object:
    held = mmap.mmap(-1, amount)
    for at in range(0, amount, mmap.PAGESIZE):
        held[at] = 1
    return held


def in_children(amount: int) -> object:
    """A share for each of eight processes."""
    for _ in range(8):
        if os.fork() == 0:
            held = anonymous(amount // 8)
            sys.stdin.read()
            os._exit(len(repr(type(held))))
    return None


def page_tables(amount: int) -> object:
    """A sparse file mapped so often that the tables alone take as much: a page of them for each two megabytes."""
    with open("sparse", "w+b") as file:
        size = 32 << 20
        file.truncate(size)
        rounds = amount // mmap.PAGESIZE // (size // HUGE_STEP)
        held = [mmap.mmap(file.fileno(), size, mmap.MAP_SHARED, mmap.PROT_READ) for _ in range(rounds)]
    for each in held:
        for at in range(0, size, HUGE_STEP):
            each[at]
    return held


def unnamed_memory(amount: int) -> object:
    file = call(MEMFD_CREATE, b"bomb", 0)
    for _ in range(amount // MEGABYTE):
        os.write(file, bytes(MEGABYTE))
    return file


def fill(socket_or_pipe: int) -> int:
    """Write until it takes no more; how much it took."""
    os.set_blocking(socket_or_pipe, False)
    taken = 0
    try:
        while True:
            taken += os.write(socket_or_pipe, bytes(32_768))
    except BlockingIOError:
        return taken


def in_processes(amount: int, take: Callable[[], int]) -> object:
    """Take again and again, in as many processes as the open files of each call for."""
    readable, writable = os.pipe()
    while amount > 0:
        if os.fork() == 0:
            taken = 0
            try:
                while taken < amount:
                    taken += take()
            except OSError:
                pass
            os.write(writable, b"%d\n" % taken)
            sys.stdin.read()
            os._exit(0)
        got = int(os.read(readable, 32))
        if not got:
            raise OSError("no more")
        amount -= got
    return None


def unix_sockets(amount: int) -> object:
    kept: list[object] = []

    def take() -> int:
        pair = socket.socketpair()
        kept.append(pair)
        return sum(fill(each.fileno()) for each in pair)

    return in_processes(amount, take)


def tcp_sockets(amount: int) -> object:
    kept: list[object] = []
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)

    def take() -> int:
        client = socket.create_connection(listener.getsockname())
        kept.extend((client, listener.accept()[0]))
        return fill(client.fileno())

    return in_processes(amount, take)


def pipes(amount: int) -> object:
    def take() -> int:
        _, writable = os.pipe()
        return fill(writable)

    return in_processes(amount, take)


def deleted_files(amount: int) -> object:
    """Files without a name, in pieces of ten megabytes."""
    held = []
    for index in range(amount // (10 * MEGABYTE)):
        file = open(f"gone-{index}", "wb", buffering=0)  # noqa: SIM115 - it stays open
        os.unlink(file.name)
        for _ in range(10):
            file.write(bytes(MEGABYTE))
        held.append(file)
    return held


def deleted_by_a_thread(amount: int) -> object:
    """The same in a child whose descriptors are a table of its own."""
    call(272, 0x400)
    return deleted_files(amount)


def small_files(amount: int) -> object:
    for index in range(amount):
        open(f"small-{index}", "w").close()
    return None


def links(amount: int) -> object:
    """Names of one file."""
    open("linked", "w").close()
    for index in range(amount):
        os.link("linked", f"link-{index}")
    return None


def folders(amount: int) -> object:
    """Each in the one before."""
    for _ in range(amount):
        os.mkdir("deep")
        os.chdir("deep")
    return None


def processes(amount: int) -> object:
    for _ in range(amount):
        if os.fork() == 0:
            sys.stdin.read()
            os._exit(0)
    return None


def open_files(amount: int) -> object:
    return [os.open("/dev/null", os.O_RDONLY) for _ in range(amount)]


BOMBS: dict[str, Callable[[int], object]] = {
    "memory": anonymous,
    "shared memory": shared,
    "memory of many": in_children,
    "page tables": page_tables,
    "memory files": unnamed_memory,
    "Unix sockets": unix_sockets,
    "TCP sockets": tcp_sockets,
    "pipes": pipes,
    "deleted files": deleted_files,
    "deleted files of a thread": deleted_by_a_thread,
    "small files": small_files,
    "links": links,
    "folders": folders,
    "processes": processes,
    "open files": open_files,
}

if __name__ == "__main__":
    kept = BOMBS[sys.argv[1]](int(sys.argv[2]))
    print(FULL, flush=True)
    sys.stdin.read()
