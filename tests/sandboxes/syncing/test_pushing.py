"""What a push brings to a machine in which code has run, and what it leaves alone."""

from collections.abc import Iterable, Mapping, Sequence

import pytest

from aura_gql.files.records import FileRecord
from aura_gql.files.writing.operations import DeletePath, MovePath, PutFolder, SetExecutable
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.contents import ProjectContents
from aura_gql.sandboxes.values import SandboxFile
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.syncing import BOTH, HEAD, TAIL, TEN, apply, conflicts, on_disk, put, ran, tree


async def test_a_push_brings_what_changed_and_overwrites_nothing_that_code_changed(bench: SandboxBench) -> None:
    given: Mapping[str, bytes] = {
        **{name: name.encode() for name in ("same", "changed", "gone", "old/moved", "bit", "both_gone", "kept")},
        **dict.fromkeys(("merged", "identical", "clash", "clash.bin", "bit_and_text"), TEN),
        **{name: name.encode() for name in ("code_deleted", "deleted_but_changed", "linked", "foldered", "hollow")},
        **{"to_folder": b"1", "from/folder": b"1", "through/link": b"1", "code_only": b"1"},
    }
    project_id = await bench.project(given)
    record = await bench.running(project_id)
    machine = await ran(
        bench,
        record.id,
        "sed -i 's/9/tail/' merged bit_and_text; printf changed2 > identical; sed -i s/0/code/ clash; "
        "printf '\\0code' > clash.bin; rm code_deleted both_gone linked foldered hollow; printf 2 > code_only;"
        "ln -s same linked; mkdir foldered hollow hollow/in; touch foldered/x; "
        "for f in deleted_but_changed new_both; do printf mine > $f; done;"
        "rm -r through; mkdir elsewhere; ln -s elsewhere through",
    )
    await apply(
        bench,
        project_id,
        *(
            put(name, b"project")
            for name in ("changed", "code_deleted", "linked", "foldered", "hollow", "through/link")
        ),
        *(DeletePath(name) for name in ("gone", "both_gone", "deleted_but_changed", "to_folder", "from/folder")),
        MovePath("old/moved", "new/moved"),
        SetExecutable("bit", executable=True),
        put("merged", HEAD),
        put("bit_and_text", TEN, executable=True),
        put("identical", b"changed2"),
        put("clash", TEN.replace(b"0\n", b"project\n")),
        put("clash.bin", b"\0project"),
        put("to_folder/in", b"2"),
        put("from", b"2"),
        put("fresh", b"new"),
        put("new_both", b"theirs"),
        PutFolder("empty/folder"),
    )

    await bench.sandboxes.refresh(project_id)

    assert await on_disk(machine) == {
        **{name: given[name] for name in ("same", "kept")},
        **dict.fromkeys(("changed", "code_deleted", "hollow"), b"project"),
        **{"merged": BOTH, "bit_and_text": b"+x " + TAIL, "identical": b"changed2", "bit": b"+x bit"},
        **{"clash": TEN.replace(b"0\n", b"code\n"), "clash.bin": b"\0code", "deleted_but_changed": b"mine"},
        **{"fresh": b"new", "new_both": b"mine", "new/": b"", "new/moved": b"old/moved", "code_only": b"2"},
        **{"old/": b"", "to_folder/": b"", "to_folder/in": b"2", "from": b"2", "empty/": b"", "empty/folder/": b""},
        **{"linked@": b"", "foldered/": b"", "foldered/x": b"", "through@": b"", "elsewhere/": b""},
    }
    assert await conflicts(bench, record.id) == {
        "clash": (1, 2, "FILE"),
        "clash.bin": (1, 2, "FILE"),
        "deleted_but_changed": (1, None, "FILE"),
        "new_both": (None, 1, "FILE"),
        "linked": (1, 2, "LINK"),
        "foldered": (1, 2, "FOLDER"),
        "through/link": (1, 2, "OTHER"),
    }
    files = await tree(bench, project_id)
    assert await bench.files.content(files["merged"]) == BOTH
    assert (files["merged"].version, files["bit_and_text"].executable, files["identical"].version) == (3, True, 2)

    before = await on_disk(machine)
    await bench.sandboxes.attach(record.id)
    await bench.sandboxes.attach(record.id)
    assert await on_disk(machine) == before
    assert await tree(bench, project_id) == files


async def test_what_is_in_conflict_is_tried_again_and_a_way_that_is_free_is_taken(bench: SandboxBench) -> None:
    project_id = await bench.project({"a": b"1", "b": b"1", "c": b"1"})
    record = await bench.running(project_id)
    await ran(bench, record.id, "printf mine > a; rm b; mkdir b; touch b/in; printf mine > c")
    await apply(bench, project_id, put("a", b"2"), put("b", b"2"), put("c", b"2"))
    await bench.sandboxes.refresh(project_id)
    assert set(await conflicts(bench, record.id)) == {"a", "b", "c"}

    machine = await ran(bench, record.id, "printf 1 > a; rm -r b")
    await apply(bench, project_id, put("c", b"mine"))
    await bench.sandboxes.refresh(project_id)

    assert await on_disk(machine) == {"a": b"2", "b": b"2", "c": b"mine"}
    assert await conflicts(bench, record.id) == {}


async def test_a_push_that_was_cut_off_is_no_conflict_later(
    bench: SandboxBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = await bench.project({"a": b"1", "gone": b"1", "b": b"1", "back": b"1"})
    record = await bench.running(project_id)
    machine = await ran(bench, record.id, "true")
    write_files = type(machine).write_files

    async def cut_off(self: Sandbox, files: Iterable[SandboxFile]) -> None:
        await write_files(self, files)
        raise TimeoutError

    await apply(bench, project_id, put("a", b"2"), DeletePath("gone"), put("new", b"2"), put("back", b"2"))
    with monkeypatch.context() as patch:
        patch.setattr(type(machine), "write_files", cut_off)
        await bench.sandboxes.refresh(project_id)
    assert await on_disk(machine) == {"a": b"2", "b": b"1", "new": b"2", "back": b"2"}
    assert (await bench.sandboxes.get(OWNER, record.id)).synced_revision == 1

    await apply(bench, project_id, put("a", b"3"), put("gone", b"3"), DeletePath("new"), put("back", b"1"))
    await bench.sandboxes.refresh(project_id)
    assert await on_disk(machine) == {"a": b"3", "b": b"1", "gone": b"3", "back": b"1"}
    assert await conflicts(bench, record.id) == {}


async def test_what_code_changes_between_two_looks_is_not_overwritten(
    bench: SandboxBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = await bench.project({"a": b"1", "b": b"1"})
    record = await bench.running(project_id)
    machine = await ran(bench, record.id, "true")
    load = ProjectContents.load

    async def late(self: ProjectContents, files: Sequence[FileRecord]) -> list[SandboxFile]:
        await machine.write_files([SandboxFile("a", b"mine")])
        return await load(self, files)

    monkeypatch.setattr(ProjectContents, "load", late)
    await apply(bench, project_id, put("a", b"2"), put("b", b"2"))
    await bench.sandboxes.refresh(project_id)
    assert await on_disk(machine) == {"a": b"mine", "b": b"2"}
    assert await conflicts(bench, record.id) == {"a": (1, 2, "FILE")}
