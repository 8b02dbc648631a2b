"""A server in a process of its own, and how much of the CPU it has used."""

import asyncio
import contextlib
import os
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
# One client asks as much as hundreds would: it is counted as theirs is, without coming to an end.
_RATES = ("USER_COST_LIMIT", "ANONYMOUS_COST_LIMIT", "SANDBOX_OPERATIONS_LIMIT")
# The kernel's name for the CPU clock of another process: its id, inverted, above three bits that say which clock.
_WHOLE_PROCESS = 2


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that takes requests at `host:port`."""

    pid: int
    host: str

    @property
    def cpu_s(self) -> float:
        """Seconds of CPU that all its threads have used, without its children."""
        return time.clock_gettime_ns((~self.pid << 3) | _WHOLE_PROCESS) / 1e9


@contextlib.asynccontextmanager
async def serving(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> AsyncIterator[Serving]:
    """Run a module that prints its URL as the last word of a line when it is ready; ended by SIGTERM. `env` goes before
    the environment.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **dict.fromkeys(_RATES, "1000000000"), **(env or {})},
    )
    try:
        yield Serving(process.pid, await _address(process, module))
    finally:
        await _stop(process)


async def _address(process: Process, module: str) -> str:
    if process.stdout is None:
        raise RuntimeError("It has a pipe.")
    async with asyncio.timeout(START_TIMEOUT_S):
        while line := await process.stdout.readline():
            _, found, url = line.decode().strip().rpartition(" ")
            if found and url.startswith("http://"):
                return urlsplit(url).netloc
    raise RuntimeError(f"{module} ended before it was ready.")


async def _stop(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
