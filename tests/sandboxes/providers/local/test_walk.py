"""Walking a tree; what the contract shows of it is there."""

import os
from pathlib import Path

from aura_gql.sandboxes.providers.local.walk import MAX_DEPTH, info_of, readable_path, walk


def test_deep_trees_end_somewhere_and_links_are_not_followed(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(MAX_DEPTH + 5):
        deep = deep / "d"
        deep.mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    folder = os.open(tmp_path, os.O_RDONLY)
    found = [each.path for each in walk(folder)]
    os.close(folder)
    assert len(os.listdir("/proc/self/fd")) == before
    assert len(found) == MAX_DEPTH + 1
    assert found[-1] == "loop"


def test_odd_names_and_times_can_be_told(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    odd.write_bytes(b"123")
    os.utime(odd, ns=(-(2**62), -(2**62)))
    assert readable_path(odd.name) == "caf\\xe9"
    assert info_of(odd.name, odd.stat()).size == 3
