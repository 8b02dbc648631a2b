"""Processes at the least cost: uvloop forks this whole process for each, which takes several times as long."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence

PYTHON = "/usr/bin/python3"
PIECE_BYTES = 65536


def spawn(*command: str) -> None:
    """Run a command to its end, blocking; RuntimeError unless it succeeds."""
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{command} ended with {ended.returncode}.")


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
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
