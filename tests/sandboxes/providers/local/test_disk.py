"""Walking and removing hostile trees."""

import os
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.disk import MAX_DEPTH, measure, remove_tree

DEEP = 1500


def make_deep(folder: Path, depth: int) -> None:
    opened = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=opened)
        below = os.open("d", os.O_RDONLY, dir_fd=opened)
        os.close(opened)
        opened = below
    os.close(opened)


def test_measures_bytes_and_entries(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/large").write_bytes(b"x" * 100_000)
    os.link(tmp_path / "a/large", tmp_path / "twin")
    (tmp_path / "out").symlink_to("/usr")
    usage = measure(tmp_path, 100)
    assert usage.files == 4
    assert 100_000 <= usage.size < 200_000
    assert not usage.too_deep


def test_stops_counting(tmp_path: Path) -> None:
    for index in range(20):
        (tmp_path / str(index)).touch()
    assert measure(tmp_path, 5).files == 6
    assert measure(tmp_path / "missing", 5).files == 0


def test_finds_a_tree_too_deep(tmp_path: Path) -> None:
    make_deep(tmp_path, MAX_DEPTH + 2)
    assert measure(tmp_path, 10_000).too_deep


def test_removes_what_no_path_can_name(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    make_deep(top, DEEP)
    descriptors = len(os.listdir("/proc/self/fd"))
    remove_tree(top)
    assert not top.exists()
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_removes_links_and_closed_folders_but_nothing_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    top = tmp_path / "top"
    (top / "closed/below/more").mkdir(parents=True)
    (top / "closed/below/link").symlink_to(outside)
    (top / "link").symlink_to(outside)
    os.mkfifo(top / "closed/fifo")
    (top / "closed/below").chmod(0)
    (top / "closed").chmod(0)
    remove_tree(top)
    assert not top.exists()
    assert (outside / "kept").read_text() == "x"
    remove_tree(top)


def test_refuses_to_follow_a_link_at_the_top(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OSError, match=r"Not a directory|symbolic"):
        remove_tree(tmp_path / "link")
    assert (tmp_path / "real").exists()
