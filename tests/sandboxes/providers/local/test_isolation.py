"""What all sandboxes share."""

import os
import stat
from pathlib import Path

from aura_gql.sandboxes.providers.local.cgroups import CgroupTree, Controller
from aura_gql.sandboxes.providers.local.isolation import Isolation, build_shared_etc
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes


def isolation(tree: CgroupTree, mode: IsolationMode) -> Isolation:
    return Isolation(mode, Path("/opt/bwrap"), Path("/srv/etc"), tree, LocalLimits())


def test_says_what_holds_the_limits(tmp_path: Path) -> None:
    watched = isolation(CgroupTree([]), IsolationMode.USER)
    held = isolation(CgroupTree([Controller("memory", tmp_path, True)]), IsolationMode.ROOT_DROP)
    assert (watched.holds_memory, held.holds_memory) == (False, True)
    assert "memory is watched" in watched.describe()
    assert held.describe() == "bubblewrap /opt/bwrap, mode root-drop, cgroups: memory"
    assert (watched.owner(5), held.owner(5)) == (None, 5)


def test_projects_belong_to_their_sandbox_and_start_empty(tmp_path: Path) -> None:
    (tmp_path / "box/project/left").mkdir(parents=True)
    project = tmp_path / "box/project"
    mine = isolation(CgroupTree([]), possible_modes()[0])
    mine.make_project(project, 54321)
    assert list(project.iterdir()) == []
    assert stat.S_IMODE(project.stat().st_mode) == 0o700
    assert stat.S_IMODE(project.parent.stat().st_mode) == 0o711
    assert project.stat().st_uid == (54321 if os.geteuid() == 0 else os.geteuid())


def test_the_shared_etc_is_made_anew(tmp_path: Path) -> None:
    build_shared_etc(tmp_path / "etc")
    (tmp_path / "etc/hosts").write_text("tampered")
    build_shared_etc(tmp_path / "etc")
    assert "tampered" not in (tmp_path / "etc/hosts").read_text()
    assert (tmp_path / "etc/aura/supervisor.pyc").is_file()
