"""The way into a project folder."""

import errno
from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import SandboxQuotaExceeded, UnsafePath
from aura_gql.sandboxes.providers.local.beneath import Beneath, folder_parts, safe_parts, translated


def test_names_have_a_length_and_are_text() -> None:
    assert safe_parts("a/" + "x" * 255) == ["a", "x" * 255]
    assert folder_parts(".") == []
    for path in ("x" * 256, "\ud800", "a/" * 2048 + "a", "a\0b"):
        with pytest.raises(UnsafePath):
            safe_parts(path)


def test_a_full_disk_is_told_apart() -> None:
    with pytest.raises(SandboxQuotaExceeded), translated("a"):
        raise OSError(errno.ENOSPC, "full")
    with pytest.raises(UnsafePath), translated("a"):
        raise OSError(errno.ELOOP, "link")


def test_folders_are_made_on_the_way_only_where_wanted(tmp_path: Path) -> None:
    beneath = Beneath(tmp_path, None)
    with pytest.raises(FileNotFoundError), beneath.parent(["a", "b"]):
        pass
    with beneath.parent(["a", "b"], make=True):
        assert (tmp_path / "a/b").is_dir()
