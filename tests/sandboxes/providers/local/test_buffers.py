"""The kernel's buffers as they count against the memory limit."""

import os
import socket

from aura_gql.sandboxes.providers.local import buffers

MUCH = 1_000_000


def test_counts_what_lies_in_tcp_queues() -> None:
    before = buffers.queued(os.getpid())
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted:
            client.sendall(bytes(MUCH))
            # Others on this machine may come and go, but none holds as much.
            assert buffers.queued(os.getpid()) >= before + MUCH // 2


def test_counts_unix_sockets_and_pipes_beyond_a_fair_number() -> None:
    few = buffers.buffered(os.getpid(), 0)
    pairs = [socket.socketpair() for _ in range(buffers.FREE_SOCKETS)]
    many = buffers.buffered(os.getpid(), 0)
    assert many - few > buffers.FREE_SOCKETS * buffers.PAGE_BYTES
    pipes = buffers.buffered(os.getpid(), buffers.FREE_PIPES + 100)
    assert pipes - many >= 100 * buffers.PIPE_BYTES - buffers.PAGE_BYTES
    for pair in pairs:
        for each in pair:
            each.close()


def test_files_of_the_host_are_not_those_of_a_process() -> None:
    assert buffers.filed(os.getpid(), ["/tmp", "/dev/shm", "/nowhere"]) == 0


def test_what_has_gone_has_no_buffers() -> None:
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    assert buffers.buffered(child, 0) == 0
