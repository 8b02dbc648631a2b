"""An agent ends with its stdin, with a lie that comes through it, and where another takes its place."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from aura_gql.sandboxes.providers.remote.bundle import agent_bundle
from aura_gql.sandboxes.providers.remote.launching import bundle_path, command_line
from aura_gql.sandboxes.providers.remote.wire.frames import Frame, FrameKind, decode, encode


@contextlib.contextmanager
def agent(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    path = Path(bundle_path(str(home), agent_bundle()))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(agent_bundle().data)
    command = ["sh", "-c", command_line(str(home), agent_bundle())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        yield process
        process.kill()


def greet(process: "subprocess.Popen[bytes]") -> bytes:
    """Say hello; the name that the agent answers with."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(encode(Frame(FrameKind.HELLO, 1, 0, b"server")))
    while True:
        frame = decode(process.stdout.readline().rstrip(b"\n"))
        if frame is not None:
            assert (frame.kind, frame.number) == (FrameKind.WELCOME, 1)
            return frame.payload


def test_it_ends_with_its_stdin_and_with_a_lie(tmp_path: Path) -> None:
    with agent(tmp_path) as process:
        name = greet(process)
        assert (tmp_path / "project").is_dir()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0
    with agent(tmp_path) as process:
        assert greet(process) != name
        assert process.stdin is not None
        process.stdin.write(encode(Frame(FrameKind.ACK, 0, 99)))
        assert process.wait(60) == 0


def test_another_takes_its_place(tmp_path: Path) -> None:
    with agent(tmp_path) as first:
        greet(first)
        with agent(tmp_path) as second:
            greet(second)
            assert first.wait(60) == -9
            assert second.poll() is None
