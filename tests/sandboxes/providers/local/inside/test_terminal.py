"""Pseudo-terminals and who is in front on them."""

import array
import fcntl
import os
import socket
import subprocess
import termios
from pathlib import Path

from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.inside.terminal import IUTF8, foreground_group, open_terminal
from tests.sandboxes.providers.local.inside.outside import supervised


def test_opens_one_of_a_size_for_utf8() -> None:
    master, slave = open_terminal(120, 33)
    size = array.array("H", [0] * 4)
    fcntl.ioctl(slave, termios.TIOCGWINSZ, size)
    assert size.tolist() == [33, 120, 0, 0]
    assert termios.tcgetattr(slave)[0] & IUTF8
    assert not os.get_inheritable(master)
    os.close(master)
    os.close(slave)


def test_without_a_terminal_the_leader_is_in_front() -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as process:
        assert foreground_group(process.pid) == process.pid
        process.kill()
    assert foreground_group(process.pid) == process.pid


def test_the_master_comes_out_with_the_news(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        ours, theirs = wire.channel_pair()
        ours.setblocking(True)
        ours.settimeout(10)
        order = wire.start_message(["sh", "-c", "tty; read x"], "/", {"PATH": "/bin"}, {4: 0}, (80, 24))
        with theirs:
            socket.send_fds(supervisor.control, [order], [theirs.fileno()])
        report, (master,) = wire.receive_report(ours)
        assert isinstance(report, wire.Started)
        assert os.read(master, 100).startswith(b"/dev/pts/")
        os.close(master)  # hangs up
        ended, none = wire.receive_report(ours)
        assert isinstance(ended, wire.Ended)
        assert (os.WTERMSIG(ended.wait_status), none) == (1, [])
        ours.close()
