"""Syncs that users ask for, with what they choose, and syncs side by side."""

import asyncio

from aura_gql.sandboxes.syncing.syncer import ProjectSyncer
from aura_gql.sandboxes.syncing.values import SyncDirection, SyncSide
from tests.sandboxes.syncing.test_pulling import live_of
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.syncing import BOTH, HEAD, TEN, apply, conflicts, contents, history, on_disk, put, ran

PROJECT, SANDBOX = SyncSide.PROJECT, SyncSide.SANDBOX
TO_SANDBOX, TO_PROJECT = SyncDirection.TO_SANDBOX, SyncDirection.TO_PROJECT


async def test_a_user_decides_and_no_side_is_lost(bench: SandboxBench) -> None:
    given = dict.fromkeys(("a", "b", "c", "d", "gone", "deleted", "linked", "full"), b"1")
    record = await bench.running(await bench.project(given))
    script = "for f in a b c d gone; do printf code > $f; done; rm deleted linked full; ln -s a linked; mkdir full"
    machine = await ran(bench, record.id, f"{script}; touch full/x")
    await apply(bench, record.project_id, *(put(path, b"2") for path in ("a", "b", "c", "d", "linked", "full")))
    await bench.sandboxes.refresh(record.project_id)
    assert (await conflicts(bench, record.id)).keys() == {"a", "b", "c", "d", "linked", "full"}
    sync = bench.sandboxes.syncs.sync

    choices = {"a": PROJECT, "b": SANDBOX, "linked": PROJECT, "full": PROJECT}
    _, report = await sync(OWNER, record.id, TO_SANDBOX, None, choices)
    assert (sorted(report.changed), {each.path for each in report.conflicts}) == (
        ["a", "b", "deleted", "linked"],
        {"c", "d", "full"},
    )
    _, report = await sync(OWNER, record.id, TO_PROJECT, ["gone"], {"c": SANDBOX, "d": PROJECT})
    assert (sorted(report.changed), report.conflicts) == (["c", "d", "gone"], [])
    assert await conflicts(bench, record.id) == {"full": (1, 2, "FOLDER")}

    both = {"a": b"2", "b": b"code", "c": b"code", "d": b"2", "gone": b"code", "deleted": b"1", "linked": b"2"}
    assert await contents(bench, record.project_id) == both | {"full": b"2"}
    assert await on_disk(machine) == both | {"full/": b"", "full/x": b""}
    for path in ("a", "d"):
        assert await history(bench, record.project_id, path) == [b"1", b"2", b"code", b"2"]
    assert await history(bench, record.project_id, "b") == [b"1", b"2", b"code"]


async def test_each_way_takes_what_is_wanted_and_two_at_once_do_it_once(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project({"in/a": TEN, "in/b": b"1", "out": b"1", "away": b"1"}))
    machine = await ran(bench, record.id, "sed -i s/9/tail/ in/a; rm in/b; printf code > out; rm away")
    live, syncer = await live_of(bench, record), ProjectSyncer(bench.files)
    revision = await apply(bench, record.project_id, put("in/a", HEAD), put("in/new", b"2"), put("late", b"2"))

    reports = await asyncio.gather(
        *(
            syncer.sync(record.id, live, way, lambda path: path.startswith("in/"), {})
            for way in (TO_PROJECT, TO_SANDBOX)
        )
    )
    assert (reports[0].deleted, reports[0].merged, reports[1].changed) == (["in/b"], ["in/a"], ["in/new"])
    assert await contents(bench, record.project_id) == {
        **{"in/a": BOTH, "in/new": b"2", "out": b"1", "away": b"1", "late": b"2"}
    }
    assert await on_disk(machine) == {"in/": b"", "in/a": BOTH, "in/new": b"2", "out": b"code"}
    assert live.synced.revision == 1

    await syncer.push_changes(record.id, live)
    assert live.synced.revision == revision + 1
    assert (live.synced.apart, live.synced.conflicts) == ({}, {})
    assert (await on_disk(machine)).keys() == {"in/", "in/a", "in/new", "out", "late"}
    assert (await bench.sandboxes.get(OWNER, record.id)).synced_revision == revision + 1
