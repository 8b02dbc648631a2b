"""Processes at the least cost: uvloop forks this whole process for each, which takes several times as long."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence

PYTHON = "/usr/bin/python3"
PIECE_BYTES = 65536
# What a sandbox has: node, for one, starts slower where the environment tells it of more certificates.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def spawn(*command: str) -> None:
    """Run a command to its end and read what it prints, blocking; RuntimeError unless it succeeds."""
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=ENVIRONMENT)
    if ended.returncode:
        raise RuntimeError(f"{command} ended with {ended.returncode}.")


def spawn_at_once(count: int, *command: str) -> None:
    """Start a command so many times, then read and wait for all, blocking; RuntimeError unless all succeed."""
    processes = [
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
        )
        for _ in range(count)
    ]
    for process in processes:
        process.communicate()
    if any(process.returncode for process in processes):
        raise RuntimeError(f"Not every {command} succeeded.")


def idle(*command: str) -> subprocess.Popen[bytes]:
    """Start a command that ends with its input, and wait until it has printed something."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT)
    if process.stdout is None or not process.stdout.readline():
        raise RuntimeError(f"{command} did not start.")
    return process


async def pieces(*command: str) -> AsyncIterator[bytes]:
    """What a command prints, as it comes; RuntimeError unless it succeeds."""
    reader = asyncio.StreamReader()
    process = _start(command)
    # The transport closes the pipe.
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), process.stdout
    )
    try:
        while data := await reader.read(PIECE_BYTES):
            yield data
    finally:
        transport.close()
    if process.wait():
        raise RuntimeError(f"{command} ended with {process.returncode}.")


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=ENVIRONMENT)
