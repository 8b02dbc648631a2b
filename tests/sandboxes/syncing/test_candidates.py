"""Which of the entries of a sandbox may become files."""

from datetime import UTC, datetime

from aura_gql.files.limits import FileLimits
from aura_gql.sandboxes.syncing.candidates import ProjectTree, ignore_rules, new_paths, without_clashes
from aura_gql.sandboxes.syncing.ignoring import MAX_IGNORE_BYTES
from aura_gql.sandboxes.syncing.records import SyncReport
from aura_gql.sandboxes.syncing.services import SyncParts
from aura_gql.sandboxes.syncing.values import everything
from aura_gql.sandboxes.values import FileInfo, FileKind
from tests.support.sandboxes import SandboxBench
from tests.support.syncing import a_file, tree


def entry(path: str, kind: FileKind = FileKind.FILE, size: int = 1) -> FileInfo:
    return FileInfo(path, kind, size, executable=False, modified_at=datetime(2001, 1, 1, tzinfo=UTC))


def test_new_paths_are_wanted_ones_of_files_near_the_top_first() -> None:
    report = SyncReport()
    found = [entry("b/c"), entry("own"), entry("a"), entry("l", FileKind.LINK), entry("big", size=11), entry("x\\y")]
    assert new_paths(found, {"own"}, everything, FileLimits(max_file_bytes=10), report) == ["a", "b/c"]
    assert [each.path for each in report.skipped] == ["l", "big", "x\\y"]
    assert new_paths(found, {"own"}, "a".__eq__, FileLimits(), SyncReport()) == ["a"]


def test_clashing_ones_are_told() -> None:
    report = SyncReport()
    assert without_clashes(["a", "b/x"], ["A"], report) == ["b/x"]
    assert [each.path for each in report.skipped] == ["a"]


def test_a_tree_knows_what_is_and_what_was() -> None:
    now, base = a_file("a", b"1"), a_file("b", b"1")
    assert ProjectTree({"a": now}, {"b": base}).paths == {"a", "b"}


async def test_rules_come_from_the_project_where_they_are_small(bench: SandboxBench) -> None:
    large = b"*" + b"\n" * MAX_IGNORE_BYTES
    files = {".gitignore": b"*.log\n\xff\n", "sub/.gitignore": b"*.txt", "big/.gitignore": large}
    project_id = await bench.project(files)
    rules = await ignore_rules(SyncParts.of(bench.files), ProjectTree(await tree(bench, project_id), {}))
    assert [rules.ignores(path, is_folder=False) for path in ("a.log", "sub/a.txt", "a.txt", "big/a")] == [
        *(True, True, False, False)
    ]
