"""Control groups, where this process may make them."""

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.cgroups import CONTROLLERS, CgroupTree, Controller
from aura_gql.sandboxes.providers.local.limits import LocalLimits

LIMITS = LocalLimits()


@pytest.fixture
def tree() -> Iterator[CgroupTree]:
    tree = CgroupTree.find(f"aura-test-{secrets.token_hex(4)}", LIMITS)
    if not tree.controllers:
        pytest.skip("this process may not make control groups")
    yield tree
    tree.leave()
    assert tree.names() == set()


def test_groups_hold_processes_and_end_them(tree: CgroupTree) -> None:
    group = tree.make("box", LIMITS)
    assert tree.names() == {"box"}
    with subprocess.Popen(["sleep", "600"]) as process:
        group.add(process.pid)
        assert "/box" in Path(f"/proc/{process.pid}/cgroup").read_text()
        assert group.oom_kills() == 0
        tree.remove("box")
        assert process.wait() == -9
    assert tree.names() == set()
    group.remove()


def test_finding_leaves_nothing(tree: CgroupTree) -> None:
    assert tree.names() == set()
    assert tree.controllers <= set(CONTROLLERS)


def test_without_controllers_there_is_nothing_to_do() -> None:
    tree = CgroupTree([])
    group = tree.make("box", LIMITS)
    group.add(1)
    assert group.oom_kills() == 0
    group.remove()
    tree.leave()
    assert tree.names() == set()


@pytest.mark.parametrize("name", CONTROLLERS)
def test_each_version_has_its_files(tmp_path: Path, name: str) -> None:
    old = Controller(name, tmp_path, unified=False).settings(LIMITS)
    new = Controller(name, tmp_path, unified=True).settings(LIMITS)
    assert old
    assert new
    assert (old == new) == (name == "pids")


@pytest.mark.parametrize(
    ("unified", "text"),
    [(True, "low 0\noom 3\noom_kill 2\n"), (False, "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")],
)
def test_counts_kills_in_either_version(tmp_path: Path, unified: bool, text: str) -> None:
    tree = CgroupTree([Controller("memory", tmp_path, unified)])
    group = tree.make("box", LIMITS)
    (tmp_path / "box" / ("memory.events" if unified else "memory.oom_control")).write_text(text)
    assert group.oom_kills() == 2


def test_a_failure_leaves_no_group(tmp_path: Path) -> None:
    (tmp_path / "pids").write_text("a file where a folder should be")
    tree = CgroupTree([Controller("memory", tmp_path / "memory", True), Controller("pids", tmp_path / "pids", True)])
    with pytest.raises(OSError, match="pids"):
        tree.make("box", LIMITS)
    assert not (tmp_path / "memory" / "box").exists()
