"""A real MongoDB for tests."""

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from aura_gql.infra.mongo import init_documents

__all__ = ["init_documents", "scratch_folder"]

_NEEDED_BYTES = 2 * 1024**3


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for a throw-away database, in memory where there is room; those that killed runs left are removed."""
    root = _root() / f"aura-gql-tests-{os.getuid()}"
    root.mkdir(exist_ok=True, mode=0o700)
    for stale in root.iterdir():
        with contextlib.suppress(OSError), stale.joinpath(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(stale, ignore_errors=True)
    folder = root / secrets.token_hex(6)
    making = root.parent / f".{root.name}-{folder.name}"
    making.mkdir(mode=0o700)
    with making.joinpath(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        making.rename(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _root() -> Path:
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _NEEDED_BYTES:
        return memory
    return Path(tempfile.gettempdir())
