"""What code changes in live sandboxes is kept, with the executions that ran meanwhile."""

import asyncio

import pytest
from bson import ObjectId
from pymongo.errors import OperationFailure

from aura_gql.files.changes.documents import FileChangeDocument
from aura_gql.files.changes.records import FileChangeRecord
from aura_gql.kernel.page import PageRequest
from aura_gql.sandboxes import file_recorder
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import SandboxFile
from tests.support.processes import shell
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.waiting import until


async def kept(project_id: ObjectId) -> list[FileChangeRecord]:
    return await FileChangeDocument.find_behind(project_id, 0, 10_000)


async def test_changes_belong_to_all_executions_that_ran(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project({"main.py": b"1"}))
    machine, recorder = await bench.sandboxes.attach(record.id), bench.sandboxes.file_changes
    one, other = ObjectId(), ObjectId()
    await shell(machine, "echo before > before")
    async with recorder.during(record.id, one):
        await machine.write_files([SandboxFile(".aura-script", b"x")])
        await shell(machine, "echo 2 > main.py")
        async with recorder.during(record.id, other):
            await shell(machine, "mkdir made; echo x > made/by-both")
        changes = await bench.files.changes.of_execution(other, PageRequest())
        assert [item.change.path for item in changes.items] == ["made", "made/by-both"]
        await bench.files.save(OWNER, record.project_id, "saved.txt", b"by the user", 0)
        await bench.sandboxes.attach(record.id)
    found = {item.change.path: item.change.execution_ids for item in await kept(record.project_id)}
    assert found == {
        "before": (),
        "main.py": (one,),
        "made": (one, other),
        "made/by-both": (one, other),
        "saved.txt": (),
    }


async def test_a_sandbox_without_executions_is_watched_too(bench: SandboxBench) -> None:
    record = await bench.running()
    machine = await bench.sandboxes.attach(record.id)
    async with bench.sandboxes.file_changes.during(ObjectId(), ObjectId()):
        await shell(machine, "(sleep 0.1; echo late > late) &")

    async def seen() -> bool:
        return "late" in [item.change.path for item in await kept(record.project_id)]

    await until(seen)
    await bench.sandboxes.stop(OWNER, record.id)


async def test_a_watch_that_fails_is_begun_again(bench: SandboxBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_recorder, "RETRY_S", 0.01)
    real, tries = LocalSandbox.watch, []

    def fail_once(sandbox: LocalSandbox) -> object:
        tries.append(sandbox)
        if len(tries) <= 2:
            raise OSError("no such luck")
        return real(sandbox)

    monkeypatch.setattr(LocalSandbox, "watch", fail_once)
    record = await bench.running()
    machine, execution = await bench.sandboxes.attach(record.id), ObjectId()
    # Whoever runs something meanwhile does not wait for a watch that can't be had.
    async with bench.sandboxes.file_changes.during(record.id, ObjectId()):
        await until(lambda: len(tries) == 3)

    async def seen() -> bool:
        async with bench.sandboxes.file_changes.during(record.id, execution):
            await shell(machine, "date +%N > now")
        return bool(await kept(record.project_id))

    await until(seen)


async def test_changes_that_can_not_be_kept_hold_nothing_up(
    bench: SandboxBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_recorder, "MAX_CHANGES", 3)
    record = await bench.running()
    machine, execution = await bench.sandboxes.attach(record.id), ObjectId()
    async with bench.sandboxes.file_changes.during(record.id, execution):
        await shell(machine, "echo 1 > a")
    with monkeypatch.context() as patch:

        async def refuse(*_: object) -> None:
            raise OperationFailure("not now")

        patch.setattr(bench.files.changes, "record", refuse)
        async with bench.sandboxes.file_changes.during(record.id, execution):
            await shell(machine, "rm a")
    for number in range(3):
        async with bench.sandboxes.file_changes.during(record.id, execution):
            await shell(machine, f"mkdir d{number}")
    sequences = [item.sequence for item in await kept(record.project_id)]
    assert sequences == list(range(1, len(sequences) + 1))
    assert len(sequences) <= 3


async def test_a_slow_database_is_not_waited_for(bench: SandboxBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_recorder, "SETTLE_S", 0.05)
    record = await bench.running()
    machine, going_on = await bench.sandboxes.attach(record.id), asyncio.Event()

    async def wait(*_: object) -> None:
        await going_on.wait()

    monkeypatch.setattr(bench.files.changes, "record", wait)
    async with bench.sandboxes.file_changes.during(record.id, ObjectId()):
        await shell(machine, "echo 1 > a")
    going_on.set()
