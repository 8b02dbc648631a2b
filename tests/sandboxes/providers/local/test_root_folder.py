"""The folder of the sandboxes is one server's, and cleared of what another left."""

from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.root_folder import RootFolder


def folder(root: Path) -> RootFolder:
    return RootFolder(root, LocalLimits(), use_cgroups=False)


def names(root: Path) -> list[str]:
    return sorted(entry.name for entry in root.iterdir())


def test_is_prepared_without_what_a_dead_server_tried_and_made_ahead(tmp_path: Path) -> None:
    for left in (".probe-1/project", ".warm-1/project", "sandbox/project"):
        (tmp_path / left).mkdir(parents=True)
    assert folder(tmp_path).prepare().controllers == frozenset()
    assert names(tmp_path) == [".etc", ".lock", "sandbox"]


def test_removes_what_nobody_wants(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    groups = mine.prepare()
    for left in (".warm-1/project", ".warm-2/project", "kept/project", "left/project"):
        (tmp_path / left).mkdir(parents=True)
    assert mine.remove_leftovers({"kept", ".warm-2"}, groups) == {"left"}
    assert names(tmp_path) == [".etc", ".lock", ".warm-2", "kept"]


def test_is_one_servers_at_a_time(tmp_path: Path) -> None:
    mine, another = folder(tmp_path), folder(tmp_path)
    mine.prepare()
    (tmp_path / "left").mkdir()
    with pytest.raises(ProviderUnavailable):
        another.prepare()
    assert another.remove_leftovers(set(), None) == set()
    mine.release()
    assert another.remove_leftovers(set(), None) == {"left"}
    another.release()
