"""What descriptors alone keep alive, seen from the host."""

import ctypes
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local import descriptors
from aura_gql.sandboxes.providers.local.descriptors import Held, held_by
from aura_gql.sandboxes.providers.local.disk import Usage

CLONE_FILES = 0x400


@pytest.fixture
def deleted(tmp_path: Path) -> Iterator[int]:
    """A file of 100 kB without a name, open to us."""
    path = tmp_path / "gone"
    path.write_bytes(b"x" * 100_000)
    opened = os.open(path, os.O_RDWR)
    path.unlink()
    yield opened
    os.close(opened)


def test_counts_a_deleted_file_once(deleted: int, tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    once = held_by([os.getpid()], device)
    again = os.dup(deleted)
    assert held_by([os.getpid()], device) == once
    os.close(again)
    assert once.deleted.size >= 100_000
    assert not once.too_many
    os.ftruncate(deleted, 0)
    assert held_by([os.getpid()], device).deleted.size <= once.deleted.size - 100_000
    assert held_by([os.getpid()], device + 1).deleted.files == 0


def test_finds_what_only_one_thread_has_open(tmp_path: Path) -> None:
    told, done = threading.Event(), threading.Event()

    def hold() -> None:
        assert ctypes.CDLL(None).unshare(CLONE_FILES) == 0
        with (tmp_path / "gone").open("wb") as file:
            (tmp_path / "gone").unlink()
            file.write(b"x" * 100_000)
            file.flush()
            told.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    told.wait()
    assert held_by([os.getpid()], tmp_path.stat().st_dev).deleted.size >= 100_000
    done.set()
    thread.join()


def test_counts_pipes(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    before = held_by([os.getpid()], device).pipes
    pipe = os.pipe()
    assert held_by([os.getpid()], device).pipes == before + 1
    for end in pipe:
        os.close(end)


def test_gives_up_on_too_many(deleted: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptors, "MAX_DESCRIPTORS", 2)
    assert held_by([os.getpid()], tmp_path.stat().st_dev).too_many


def test_what_has_gone_holds_nothing() -> None:
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    assert held_by([child], 0) == Held(Usage(0, 0), 0)
