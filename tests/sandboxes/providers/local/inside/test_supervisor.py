"""PID 1's part of the protocol."""

import socket
from pathlib import Path

from tests.sandboxes.providers.local.inside.outside import supervised


def test_ends_when_the_host_lets_go(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        assert supervisor.process.poll() is None


def test_hides_itself_and_offers_itself_to_the_oom_killer(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        proc = Path(f"/proc/{supervisor.process.pid}")
        assert (proc / "oom_score_adj").read_text() == "500\n"
        assert (proc / "fd").stat().st_uid == 0


def test_kills_a_keeper_and_says_when_it_is_done(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        command = supervisor.start(["sleep", "600"])
        started, keeper = command.report()
        assert started == b"started"
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            socket.send_fds(supervisor.control, [b"kill-keeper\0" + keeper], [theirs.fileno()])
            theirs.close()
            ours.settimeout(10)
            assert ours.recv(10) == b""
        assert not Path(f"/proc/{keeper.decode()}").exists()
        assert command.report() == []
        command.close()


def test_kills_all_and_lets_the_keepers_report(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        commands = [supervisor.start(["sleep", "600"]) for _ in range(3)]
        for command in commands:
            assert command.report()[0] == b"started"
        supervisor.control.send(b"kill-all")
        for command in commands:
            assert command.report()[:2] == [b"ended", b"9"]
            command.close()
