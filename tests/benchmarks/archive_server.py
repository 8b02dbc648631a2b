"""A whole server in the process of the benchmarks, with room for a large project."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from aura_gql.bounds import create_counters
from aura_gql.server import Server, Surroundings
from tests.support.api import SECRET, settings_for

_MIB = 1024 * 1024


@contextlib.asynccontextmanager
async def archive_server(uri: str, folder: Path, size: int) -> AsyncIterator[Server]:
    """A running server whose projects may have `size` bytes and a little more; its blobs lie in `folder`."""
    room = size + 16 * _MIB
    files: dict[str, object] = {"max_file_bytes": 16 * _MIB, "max_project_bytes": room}
    files |= {"max_archive_bytes": room, "max_storage_bytes_per_user": 8 * room}
    settings = settings_for(folder, "archives", files=files, storage={"blob_directory": folder / "blobs"})
    surroundings = Surroundings(uri, SECRET, is_exclusive=True)
    server = Server(settings, surroundings, create_counters(settings))
    async with server.running():
        yield server
