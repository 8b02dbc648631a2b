"""What code changed is told from what it was given, and nothing else is taken along."""

from bson import ObjectId

from aura_gql.files.limits import FileLimits
from aura_gql.sandboxes.changes import Changes, ProjectState, find_changes
from tests.support.processes import shell
from tests.support.sandboxes import OWNER, SandboxBench


async def state(bench: SandboxBench, project_id: ObjectId, limits: FileLimits | None = None) -> ProjectState:
    files = {record.path: record for record in (await bench.files.tree([project_id]))[project_id]}
    return ProjectState(files, files, limits or FileLimits())


def paths(changes: Changes) -> list[str]:
    return [upload.path for upload in changes.uploads]


async def test_only_what_code_made_or_changed_is_found(bench: SandboxBench) -> None:
    given = {
        "kept.txt": b"kept",
        "changed.txt": b"old",
        "run.sh": b"#!/bin/sh",
        "build/kept.txt": b"in",
        "gone": b"x",
        "sub/build": b"b",
    }
    project_id = await bench.project(given)
    machine = await bench.sandboxes.attach((await bench.running(project_id)).id)
    ignored = ("node_modules/a", ".git", "dist", ".next", ".svelte-kit", "target", "src/__pycache__", ".venv")
    script = "; ".join(
        [
            "touch -d 2001-01-01 kept.txt",
            "printf new > changed.txt; touch -d 2001-01-01 changed.txt",
            "chmod +x run.sh",
            "rm gone",
            "printf in2 > build/kept.txt; touch build/made.txt",
            "mkdir -p deep/er; printf '\\377' > deep/er/made.bin; touch empty",
            *(f"mkdir -p {folder}; touch {folder}/x" for folder in ignored),
            "printf script > sub/build; ln -s ../deep sub/node_modules; touch sub/target",
            "touch .aura-script.py deep/.aura-x",
            "ln -s kept.txt link; ln -s deep folder-link; mkfifo pipe",
            "touch 'back\\slash' $(printf 'n\\377n') $(printf 'e\\314\\201')",
            "head -c 1048577 /dev/zero > large",
            "mkdir shut; touch shut/in; chmod 0 shut",
        ]
    )
    assert (await shell(machine, script)).status.exit_code == 0

    changes = await find_changes(machine, await state(bench, project_id))

    found = {upload.path: upload for upload in changes.uploads}
    made = {"empty", "deep/er/made.bin", "sub/target"}
    assert found.keys() - {"shut/in"} == {"build/kept.txt", "changed.txt", "run.sh", "sub/build", *made}
    assert [(found[path].expected_version, found[path].executable) for path in ("changed.txt", "run.sh", "empty")] == [
        (1, False),
        (1, True),
        (0, False),
    ]
    assert await found["deep/er/made.bin"].content.read() == b"\xff"
    assert found["deep/er/made.bin"].content.size == 1
    skipped = {each.path: each.reason for each in changes.skipped}
    assert skipped.keys() - {"shut"} == {"link", "folder-link", "pipe", "back\\slash", "n\\xffn", "e\u0301", "large"}
    assert skipped["link"] == "It is a link."
    assert skipped["large"] == "It has 1,048,577 bytes; a project's file has at most 1,048,576."
    assert changes.conflicts == []


async def test_what_moved_on_in_the_project_is_a_conflict_only_where_code_changed_it(bench: SandboxBench) -> None:
    project_id = await bench.project({"both": b"1", "there": b"1", "same": b"1", "here": b"1"})
    machine = await bench.sandboxes.attach((await bench.running(project_id)).id)
    pushed = (await state(bench, project_id)).now
    for path, data in (("both", b"2"), ("there", b"2"), ("same", b"2")):
        await bench.files.save(OWNER, project_id, path, data, 1)
    await bench.files.save(OWNER, project_id, "new", b"theirs", 0)
    script = "for f in both here; do printf mine > $f; done; printf 2 > same; printf mine > new"
    assert (await shell(machine, script)).status.exit_code == 0

    now = (await state(bench, project_id)).now
    changes = await find_changes(machine, ProjectState(now, pushed, FileLimits()))

    assert paths(changes) == ["here"]
    assert changes.conflicts == ["both", "new"]
    assert await bench.files.as_of(project_id, list(now), 1) == pushed


async def test_a_project_is_never_filled_beyond_its_bounds(bench: SandboxBench) -> None:
    project_id = await bench.project({"a": b"1234"})
    machine = await bench.sandboxes.attach((await bench.running(project_id)).id)
    assert (
        await shell(machine, "printf 12345678 > a; printf 12 > b; printf 1234 > c; touch d e")
    ).status.exit_code == 0

    few = await find_changes(machine, await state(bench, project_id, FileLimits(10, 3, 100)))
    small = await find_changes(machine, await state(bench, project_id, FileLimits(10, 100, 10)))

    assert (paths(few), [each.path for each in few.skipped]) == (["a", "b", "c"], ["d", "e"])
    assert few.skipped[0].reason == "The project would have more than 3 files."
    assert (paths(small), [each.path for each in small.skipped]) == (["a", "b", "d", "e"], ["c"])
    assert small.skipped[0].reason == "The project's files would have more than 10 bytes together."
