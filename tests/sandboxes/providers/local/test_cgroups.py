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
    name = f"aura-test-{secrets.token_hex(4)}"
    CgroupTree.find(name, LIMITS).leave()
    assert [folder for folder in Path("/sys/fs/cgroup").glob(f"*/{name}") if folder.is_dir()] == []
    assert not Path("/sys/fs/cgroup", name).exists()


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


UNIFIED = {
    "memory": {"memory.current": "5000\n", "memory.stat": "anon 100\ninactive_file 2000\n"},
    "cpu": {"cpu.stat": "usage_usec 1500000\nuser_usec 1\n"},
    "pids": {"pids.current": "7\n"},
}
OLD = {
    "memory": {"memory.usage_in_bytes": "5000\n", "memory.stat": "cache 9\ntotal_inactive_file 2000\n"},
    "cpu": {"cpuacct.usage": "1500000000\n"},
    "pids": {"pids.current": "7\n"},
}


@pytest.mark.parametrize(("unified", "files"), [(True, UNIFIED), (False, OLD)])
def test_figures_are_read_in_either_version(tmp_path: Path, unified: bool, files: dict[str, dict[str, str]]) -> None:
    group = CgroupTree([Controller(name, tmp_path / name, unified) for name in files]).make("box", LIMITS)
    assert (group.cpu_time_ms(), group.memory_bytes(), group.threads()) == (None, None, None)
    for name, contents in files.items():
        for file, text in contents.items():
            (tmp_path / name / "box" / file).write_text(text)
    assert (group.cpu_time_ms(), group.memory_bytes(), group.threads()) == (1500, 3000, 7)


def test_without_controllers_there_are_no_figures() -> None:
    group = CgroupTree([]).make("box", LIMITS)
    assert (group.cpu_time_ms(), group.memory_bytes(), group.threads()) == (None, None, None)
