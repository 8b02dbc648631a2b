"""The keeper's part of the protocol."""

import os
import socket
from pathlib import Path

from tests.sandboxes.providers.local.inside.outside import supervised


def test_reports_start_and_end(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        command = supervisor.start(["sh", "-c", "echo out; exit 5"])
        assert command.report()[0] == b"started"
        word, status, _, peak, daemons = command.report()
        assert (word, os.waitstatus_to_exitcode(int(status)), daemons) == (b"ended", 5, b"0")
        assert int(peak) > 100_000
        assert os.read(command.output, 100) == b"out\n"
        assert command.report() == []
        command.close()


def test_outlives_the_main_process_with_its_daemons(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        command = supervisor.start(["sh", "-c", "(echo $$; exec sleep 600) & exit 0"])
        assert command.report()[0] == b"started"
        assert command.report()[-1] == b"1"
        socket.send_fds(command.channel, [b"unread"], [command.output])
        command.channel.send(b"terminate 50")
        assert command.report() == []
        command.close()


def test_kills_when_the_host_lets_go(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        command = supervisor.start(["sh", "-c", "echo $$; exec sleep 600"])
        assert command.report()[0] == b"started"
        pid = os.read(command.output, 100).strip().decode()
        command.channel.close()
        assert os.read(command.output, 100) == b""  # the last writer has gone
        assert pid
        os.close(command.output)
