"""Running the JavaScript of `tests/js` with Node.js, where it is there."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[1] / "js"

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (PROJECT / "node_modules").is_dir(),
    reason="needs Node.js 20 with the packages of tests/js: install Node.js and npm, then run scripts/install",
)


class NodeFailed(AssertionError):
    """A program ended with another exit code than 0; the message is all that it printed."""


async def run_node(
    program: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cwd: Path = PROJECT,
    timeout_s: float = 120,
) -> str:
    """What `tests/js/<program>` prints on standard output; NodeFailed where it ends with another code than 0."""
    process = await _spawn(str(PROJECT / program), arguments, env, cwd)
    try:
        async with asyncio.timeout(timeout_s):
            output, errors = await process.communicate()
    finally:
        await _end(process)
    if process.returncode != 0:
        raise NodeFailed(f"{program} ended with {process.returncode}:\n{output.decode()}{errors.decode()}")
    return output.decode()


async def node_json(program: str, *arguments: str, env: Mapping[str, str] | None = None) -> Any:
    """The JSON that is the last line of what a program prints."""
    return json.loads((await run_node(program, *arguments, env=env)).splitlines()[-1])


@asynccontextmanager
async def node_server(program: str, *arguments: str, env: Mapping[str, str] | None = None) -> AsyncIterator[Any]:
    """A program that serves until the context ends; gives the JSON that is its first line, once it is ready."""
    process = await _spawn(program, arguments, env)
    try:
        if process.stdout is None:
            raise RuntimeError("the process has no standard output")
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
        if not line:
            _, errors = await process.communicate()
            raise NodeFailed(f"{program} did not start:\n{errors.decode()}")
        yield json.loads(line)
    finally:
        await _end(process)


async def _spawn(
    program: str, arguments: tuple[str, ...], env: Mapping[str, str] | None, cwd: Path = PROJECT
) -> asyncio.subprocess.Process:
    # Proxies of the surroundings are not for loopback.
    surroundings = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return await asyncio.create_subprocess_exec(
        "node",
        program,
        *arguments,
        cwd=cwd,
        env={**surroundings, **(env or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()
