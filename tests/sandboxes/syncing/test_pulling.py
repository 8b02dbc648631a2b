"""What a pull saves of what code did, and nothing else."""

from bson import ObjectId

from aura_gql.files.limits import FileLimits
from aura_gql.files.service import FileService
from aura_gql.files.writing.operations import DeletePath, PutFolder
from aura_gql.sandboxes.records import SandboxRecord
from aura_gql.sandboxes.registry import LiveSandbox
from aura_gql.sandboxes.syncing.pulling import Pull, PullRules
from aura_gql.sandboxes.syncing.records import SyncedState, SyncReport
from aura_gql.sandboxes.syncing.services import SyncParts
from aura_gql.storage.backends.local import LocalBlobStore
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.syncing import BOTH, HEAD, TEN, apply, contents, history, on_disk, put, ran, tree

STOP = PullRules(deletes=False, is_last=True)


async def live_of(bench: SandboxBench, record: SandboxRecord) -> LiveSandbox:
    """The machine of a sandbox as the registry has it, with a state of its own."""
    machine = await bench.sandboxes.attach(record.id)
    return LiveSandbox(machine, record.project_id, OWNER, SyncedState(1), record.expires_at, ObjectId(), was_used=True)


async def pulled(bench: SandboxBench, live: LiveSandbox, rules: PullRules | None = None) -> SyncReport:
    return await Pull(SyncParts.of(bench.files), live, rules).run()


async def test_only_what_code_made_changed_or_removed_is_taken(bench: SandboxBench) -> None:
    given = {
        **{"kept.txt": b"kept", "changed.txt": b"old", "run.sh": b"#!/bin/sh", "gone": b"x", "sub/build": b"b"},
        **{"build/kept.txt": b"in", "build/gone.txt": b"in", "place": b"1", "way/in": b"1", "way/side": b"1"},
        **{".gitignore": b"*.log\n!keep.log\n/made-by-code\n", "tracked.log": b"old", "linked": b"1"},
    }
    record = await bench.running(await bench.project(given))
    ignored = ("node_modules/a", ".git", "dist", ".next", ".svelte-kit", "target", "src/__pycache__", ".venv")
    script = [
        "touch -d 2001-01-01 kept.txt; chmod +x run.sh; rm gone",
        "printf new > changed.txt; touch -d 2001-01-01 changed.txt",
        "printf in2 > build/kept.txt; touch build/made.txt; rm build/gone.txt",
        "mkdir -p deep/er; printf '\\377' > deep/er/made.bin; touch empty; mkdir hollow",
        *(f"mkdir -p {folder}; touch {folder}/x" for folder in ignored),
        "printf script > sub/build; ln -s ../deep sub/node_modules; touch sub/target",
        "touch .aura-script.py deep/.aura-x a.log; printf 2 > keep.log; printf 2 > tracked.log; mkdir made-by-code",
        "touch made-by-code/x; rm place; mkdir place; printf 2 > place/in; rm -r way; printf 2 > way",
        "ln -s kept.txt link; ln -s deep folder-link; mkfifo pipe; rm linked; ln -s kept.txt linked",
        "touch 'back\\slash' $(printf 'n\\377n') $(printf 'e\\314\\201')",
        "head -c 1048577 /dev/zero > large; mkdir shut; chmod 0 shut; printf 1 > Clash; printf 2 > clash",
    ]
    machine = await ran(bench, record.id, "; ".join(script))
    live = await live_of(bench, record)

    report = await pulled(bench, live)

    expected = {
        **{"kept.txt": b"kept", "changed.txt": b"new", "run.sh": b"+x #!/bin/sh", "sub/build": b"script"},
        **{"build/kept.txt": b"in2", "deep/er/made.bin": b"\xff", "empty": b"", "sub/target": b"", "linked": b"1"},
        **{".gitignore": given[".gitignore"], "keep.log": b"2", "tracked.log": b"2", "place/in": b"2", "way": b"2"},
        **{"Clash": b"1"},
    }
    assert await contents(bench, record.project_id) == expected
    assert sorted(report.deleted) == ["build/gone.txt", "gone", "place", "way/in", "way/side"]
    assert {
        file.revision for path, file in (await tree(bench, record.project_id)).items() if path in report.changed
    } == {2}
    skipped = {each.path: each.reason for each in report.skipped}
    assert skipped.keys() - {"shut"} == {
        *("link", "folder-link", "pipe", "back\\slash", "n\\xffn", "e\u0301", "large", "clash")
    }
    assert skipped["link"] == "It is a link."
    assert skipped["large"] == "It has 1,048,577 bytes; a project's file has at most 1,048,576."
    assert [(each.path, each.theirs.kind.value if each.theirs else None) for each in report.conflicts] == [
        ("linked", "LINK")
    ]
    again = await pulled(bench, live)
    assert (again.changed, again.deleted, again.merged) == ([], [], [])
    assert (await machine.read_file("a.log", 10)) == b""


async def test_both_sides_are_merged_or_told(bench: SandboxBench) -> None:
    given = {"merged": TEN, "clash": b"1", "same": b"1", "here": b"1", "there": b"1", "gone": b"1", "mine": b"1"}
    record = await bench.running(await bench.project(given))
    script = (
        "sed -i s/9/tail/ merged; for f in clash here gone new; do printf code > $f; done; printf 2 > same; rm mine"
    )
    machine = await ran(bench, record.id, script)
    live = await live_of(bench, record)
    changed = [put(path, b"2") for path in ("clash", "same", "there", "new", "mine")]
    await apply(bench, record.project_id, *changed, put("merged", HEAD), DeletePath("gone"), PutFolder("kept"))

    report = await pulled(bench, live)

    both = {"merged": BOTH, "clash": b"2", "same": b"2", "here": b"code", "there": b"2", "new": b"2", "mine": b"2"}
    assert await contents(bench, record.project_id) == both
    assert (report.changed, report.merged, report.deleted) == (["here"], ["merged"], [])
    assert {each.path for each in report.conflicts} == {"clash", "gone", "new", "mine"}
    assert await on_disk(machine) == {
        **{"merged": BOTH, "clash": b"code", "same": b"2", "here": b"code", "there": b"1", "gone": b"code"},
        **{"new": b"code"},
    }

    last = await pulled(bench, live, STOP)
    assert {each.path for each in last.conflicts} == {"clash", "gone", "new"}
    assert await contents(bench, record.project_id) == both
    assert await history(bench, record.project_id, "clash") == [b"1", b"2", b"code", b"2"]
    assert await history(bench, record.project_id, "gone") == [b"1", None, b"code", None]


async def test_a_project_is_never_filled_beyond_its_bounds(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project({"a": b"1234"}))
    await ran(bench, record.id, "printf 12345678 > a; printf 12 > b; printf 1234 > c; touch d e")
    live, limits = await live_of(bench, record), FileLimits(10, 3, 100)
    files = FileService(bench.projects, LocalBlobStore(bench.folder / "blobs"), limits, bench.bus)
    few = await Pull(SyncParts.of(files), live).run()
    assert (few.changed, [each.path for each in few.skipped]) == (["a", "b", "c"], ["d", "e"])
    assert few.skipped[0].reason == "The project would have more than 3 files."


async def test_what_has_no_room_as_the_machine_goes_is_told(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project({"a": b"1", "b": b"1"}))
    await ran(bench, record.id, "printf code > a")
    await apply(bench, record.project_id, DeletePath("a"), put("c", b"1"))
    files = FileService(bench.projects, LocalBlobStore(bench.folder / "blobs"), FileLimits(10, 2, 100), bench.bus)
    last = await Pull(SyncParts.of(files), await live_of(bench, record), STOP).run()
    assert [each.path for each in last.conflicts] == [each.path for each in last.skipped] == ["a"]
