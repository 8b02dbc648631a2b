"""Thin calls."""

import _socket
import os
import socket
import subprocess
import sys

from aura_gql.sandboxes.providers.local.inside import system

PROGRAM = """
from aura_gql.sandboxes.providers.local.inside import system
system.prctl(system.PR_SET_DUMPABLE, 0)
system.clear_capabilities()
system.ignore_signals()
import os, signal
os.kill(os.getpid(), signal.SIGINT)
os.kill(os.getpid(), signal.SIGTERM)
status = open("/proc/self/status").read()
print([line.split()[1] for line in status.splitlines() if line.startswith(("CapInh", "CapPrm", "CapEff"))])
print(os.stat("/proc/self/fd").st_uid)
"""


def test_capabilities_go_and_signals_are_ignored() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    capabilities, owner = run.stdout.splitlines()
    assert capabilities == str(["0" * 16] * 3)
    assert owner == "0"  # a process that is not dumpable belongs to root in /proc


def test_messages_carry_descriptors() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        inner = _socket.socket(fileno=theirs.detach())
        reader, writer = os.pipe()
        socket.send_fds(ours, [b"hello"], [writer])
        os.close(writer)
        message, descriptors = system.receive(inner)
        assert message == b"hello"
        assert not os.get_inheritable(descriptors[0])
        os.write(descriptors[0], b"through")
        assert system.wait_readable([reader], 1) == [reader]
        assert system.swallow(reader)
        system.close_all([*descriptors, 12345])
        assert not system.swallow(reader)
        system.send(inner, b"answer")
        assert ours.recv(100) == b"answer"
        ours.close()
        assert system.receive(inner) == (b"", [])
        system.send(inner, b"nobody listens")
        inner.close()
        os.close(reader)


def test_signals_to_the_dead_are_nothing() -> None:
    pid = os.posix_spawn("/bin/true", ["true"], {}, setpgroup=0)
    os.waitpid(pid, 0)
    system.signal_process(pid, 9)
    assert not system.signal_group(pid, 0)
    assert system.signal_group(os.getpgrp(), 0)
