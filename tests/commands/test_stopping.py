"""Signals, in a process of their own."""

import signal
import subprocess
import sys

import pytest

_PROGRAM = """
import asyncio, sys
from aura_gql.commands.stopping import Stopping, run_until_stopped

async def command(stopping: Stopping) -> None:
    ended = asyncio.Event()
    if sys.argv[1] == "politely":
        stopping.instead(ended.set)
    print("ready", flush=True)
    try:
        await ended.wait()
        print("ended", flush=True)
    finally:
        print("cleaned", flush=True)

sys.exit(run_until_stopped(command))
"""


@pytest.mark.parametrize(
    ("how", "number", "exit_code", "words"),
    [
        ("cancelled", signal.SIGINT, 130, ["cleaned"]),
        ("cancelled", signal.SIGTERM, 0, ["cleaned"]),
        ("politely", signal.SIGINT, 130, ["ended", "cleaned"]),
        ("politely", signal.SIGTERM, 0, ["ended", "cleaned"]),
    ],
)
def test_a_signal_ends_the_command_in_order(how: str, number: int, exit_code: int, words: list[str]) -> None:
    with subprocess.Popen([sys.executable, "-c", _PROGRAM, how], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read().split() == words
        assert process.wait(timeout=30) == exit_code


def test_a_command_that_ends_by_itself() -> None:
    program = "import asyncio; from aura_gql.commands.stopping import run_until_stopped as r\n" + (
        "async def command(stopping): await asyncio.sleep(0)\nraise SystemExit(r(command))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0
