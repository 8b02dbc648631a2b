"""Spools go with their block, or with their process."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from aura_gql.storage.spooling import Spools, fill, in_thread
from tests.support.waiting import until

_DYING = """
import os, sys
from pathlib import Path
from aura_gql.storage.spooling import Spools
with Spools(Path(sys.argv[1])).open() as spool:
    spool.file.write(b"half")
    spool.file.flush()
    os.kill(os.getpid(), 9)
"""


async def test_a_spool_can_be_read_by_its_path_while_it_is_open(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    spools = Spools(tmp_path / "made" / "spools")
    with spools.open() as spool:
        await fill(spool, chunks())
        assert spool.path.read_bytes() == b"one two"
        assert spool.path.stat().st_mode & 0o077 == 0
    assert not spool.path.exists()


def age(folder: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, (1, 1))


def test_what_a_dead_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    spools = Spools(tmp_path)
    subprocess.run([sys.executable, "-c", _DYING, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    assert spools.sweep() == 0, "It may be about to be locked."
    with spools.open() as spool:
        age(tmp_path)
        assert spools.sweep() == 1
        assert not left.exists()
        assert spool.path.exists()
    assert Spools(tmp_path / "missing").sweep() == 0


async def test_a_thread_has_ended_before_its_caller_is_cancelled() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)
        ended.set()

    task = asyncio.create_task(in_thread(work))
    await until(begun.is_set)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    await asyncio.wait({task})
    assert task.cancelled()
    assert ended.is_set()
