"""Renames that replace nothing, or exchange."""

import os
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.renames import exchange, rename_new


def test_nothing_is_replaced_and_two_change_places(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(FileExistsError):
            rename_new(folder, "a", folder, "b")
        with pytest.raises(FileNotFoundError):
            exchange(folder, "a", folder, "missing")
        exchange(folder, "a", folder, "b")
        assert (tmp_path / "a").read_text() == "b"
        rename_new(folder, "a", folder, "c")
    finally:
        os.close(folder)
    assert sorted(os.listdir(tmp_path)) == ["b", "c"]
