"""Becoming a command."""

import errno
import os
from pathlib import Path

import pytest

from tests.sandboxes.providers.local.inside.outside import supervised


@pytest.mark.parametrize(
    ("argv", "cwd", "stage", "error"),
    [
        (["no-such-program"], "/", b"exec", errno.ENOENT),
        (["/etc/passwd"], "/", b"exec", errno.EACCES),
        (["true"], "/nowhere", b"cwd", errno.ENOENT),
        (["true"], "/etc/passwd", b"cwd", errno.ENOTDIR),
    ],
)
def test_says_what_went_wrong(tmp_path: Path, argv: list[str], cwd: str, stage: bytes, error: int) -> None:
    with supervised(tmp_path) as supervisor:
        command = supervisor.start(argv, cwd)
        assert command.report() == [b"error", stage, b"%d" % error]
        assert command.report() == []
        command.close()


def test_starts_clean(tmp_path: Path) -> None:
    script = "ulimit -n; ulimit -Hn; grep -E 'Sig(Ign|Blk)' /proc/self/status; ls /proc/self/fd | wc -l; pwd"
    with supervised(tmp_path) as supervisor:
        command = supervisor.start(["sh", "-c", script], "/usr", {7: 123, 4: 0})
        assert command.report()[0] == b"started"
        command.report()
        lines = os.read(command.output, 10_000).decode().split("\n")
        assert lines[:2] == ["123", "123"]
        assert [line.split()[1] for line in lines[2:4]] == ["0" * 16] * 2
        assert lines[4:6] == ["4", "/usr"]
        command.close()
