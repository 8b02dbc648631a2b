"""Running the bundled starters as their users do."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx

from aura_gql.templates.sources.bundled import BUNDLED_FOLDER
from tests.support.waiting import until


def copy_starter(slug: str, folder: Path) -> Path:
    """A project folder with the starter's files, where running it leaves its traces."""
    return Path(shutil.copytree(BUNDLED_FOLDER / slug / "files", folder / slug))


async def run(command: str, folder: Path, timeout_s: float = 60) -> str:
    """What `command` prints, its errors too; AssertionError with it unless the command ends well."""
    async with _started(command, folder, {}) as process:
        output, _ = await asyncio.wait_for(process.communicate(), timeout_s)
    assert process.returncode == 0, f"{command}: exit {process.returncode}\n{output.decode()}"
    return output.decode()


@contextlib.asynccontextmanager
async def served(
    command: str, folder: Path, timeout_s: float = 30, *, address: str = "/"
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the server that `command` starts on a free port of loopback; the server ends with the block.

    `address` is what it has to answer at, with host and port where it takes no other from its surroundings.
    """
    port = _free_port()
    async with (
        _started(command, folder, {"HOST": "127.0.0.1", "PORT": str(port)}) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client,
    ):
        output = bytearray()
        reading = asyncio.create_task(_collect(process, output))

        async def answers() -> bool:
            assert process.returncode is None, f"{command}: exit {process.returncode}\n{output.decode()}"
            try:
                await client.get(address)
            except httpx.TransportError:
                return False
            return True

        try:
            await until(answers, timeout_s)
            yield client
        finally:
            _kill(process)
            await reading


@contextlib.asynccontextmanager
async def _started(command: str, folder: Path, extra: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        command,
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "CI": "1", **extra},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _kill(process)
        await process.wait()


async def _collect(process: asyncio.subprocess.Process, output: bytearray) -> None:
    assert process.stdout is not None
    while chunk := await process.stdout.read(65536):
        output += chunk


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
