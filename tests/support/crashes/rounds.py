"""Rounds: a process is forked, writes for a moment that nobody knows before, and is killed."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.support.crashes.words import ArchivePromise, Order, Promise

_ROOT = Path(__file__).parents[3]
_LONGEST_S = 60


class Rounds:
    """The process that forks, and what its forks tell."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def killed(self, order: Order, lives_s: float, until: str) -> list[Promise | ArchivePromise]:
        """Have a process write, kill it so long after it tells `until` ("ready", or its first "promise", "archive" or
        "pull"), and give what it had acknowledged; RuntimeError where it ended by itself.
        """
        if self._process.stdin is None:
            raise RuntimeError("It has a pipe.")
        self._process.stdin.write(order.to_line())
        async with asyncio.timeout(_LONGEST_S):
            pid = int((await self._hear())["born"])
            try:
                heard = [await self._hear()]
                while until not in heard[-1]:
                    heard.append(await self._hear())
                await asyncio.sleep(lives_s)
            finally:
                os.kill(pid, signal.SIGKILL)
            while "ended" not in heard[-1]:
                heard.append(await self._hear())
        promises: list[Promise | ArchivePromise] = []
        for told in heard:
            if "promise" in told:
                promises.append(Promise.from_stored(told["promise"]))
            elif "archive" in told:
                promises.append(ArchivePromise(**told["archive"]))
        return promises

    async def _hear(self) -> dict[str, Any]:
        if self._process.stdout is None:
            raise RuntimeError("It has a pipe.")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("The process that forks has ended.")
        told: dict[str, Any] = json.loads(line)
        if told.get("ended") is False:
            raise RuntimeError("It ended before it was killed.")
        return told


@contextlib.asynccontextmanager
async def rounds() -> AsyncIterator[Rounds]:
    """The process that forks, until the block ends."""
    module = "tests.support.crashes.forking"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, cwd=_ROOT, stdin=PIPE, stdout=PIPE)
    try:
        yield Rounds(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
