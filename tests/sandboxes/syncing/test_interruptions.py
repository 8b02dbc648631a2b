"""Syncs that are cut off anywhere, over and over, lose nothing that code or the project ever wrote."""

import asyncio
import random
from collections.abc import Coroutine

from aura_gql.files.writing.operations import DeletePath, Operation
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.records import SandboxRecord
from aura_gql.sandboxes.syncing.values import SyncDirection, SyncSide
from aura_gql.sandboxes.values import SandboxFile
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.syncing import apply, contents, history, on_disk, put, tree

PATHS = [f"file{number}" for number in range(6)]
ROUNDS = 15


async def cut_off(work: Coroutine[None, None, object], steps: int) -> None:
    """Run it for so many turns of the event loop, then cancel it."""
    task = asyncio.ensure_future(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


class Storm:
    """Code and a user who change the same files. Contents have a zero byte and are unique, so that none is merged."""

    def __init__(self, bench: SandboxBench, record: SandboxRecord, machine: Sandbox, seed: int) -> None:
        self.bench = bench
        self.record = record
        self.machine = machine
        self.rng = random.Random(seed)
        self.written: dict[str, bytes] = {}
        self.number = 0

    def content(self) -> bytes:
        self.number += 1
        return b"\0%d" % self.number

    async def code(self) -> None:
        """What code does between two syncs; it sees what is there, so what it replaces itself is no loss."""
        for path in self.rng.sample(PATHS, self.rng.randrange(3)):
            if self.rng.random() < 0.3:
                await self.machine.remove_files([path])
                self.written.pop(path, None)
            else:
                self.written[path] = self.content()
                await self.machine.write_files([SandboxFile(path, self.written[path])])

    async def user(self) -> None:
        """What a user does in the editor."""
        there = await tree(self.bench, self.record.project_id)
        operations: list[Operation] = []
        for path in self.rng.sample(PATHS, self.rng.randrange(3)):
            is_gone = path in there and self.rng.random() < 0.3
            operations.append(DeletePath(path) if is_gone else put(path, self.content()))
        await apply(self.bench, self.record.project_id, *operations)

    async def sync(self) -> None:
        """One of the syncs that there are, now and then to its end."""
        sandboxes, syncs = self.bench.sandboxes, self.bench.sandboxes.syncs
        choices = {path: self.rng.choice(list(SyncSide)) for path in self.rng.sample(PATHS, self.rng.randrange(2))}
        direction = self.rng.choice(list(SyncDirection))
        work: Coroutine[None, None, object] = sandboxes.attach(self.record.id)
        if self.rng.random() < 0.5:
            work.close()
            work = syncs.sync(OWNER, self.record.id, direction, None, choices)
        before = await contents(self.bench, self.record.project_id)
        if self.rng.random() < 0.6:
            await cut_off(work, self.rng.randrange(60))
        else:
            await work
        after = await contents(self.bench, self.record.project_id)
        for path in before.keys() | after.keys():
            if before.get(path) != after.get(path) and path not in choices:
                assert after.get(path) == self.written.get(path), path

    async def check(self) -> None:
        """All that code wrote last is on the disk, or the project has it or had it."""
        disk = await on_disk(self.machine)
        for path, data in list(self.written.items()):
            if disk.get(path) != data:
                assert data in await history(self.bench, self.record.project_id, path), (path, data)
                del self.written[path]


async def test_whatever_is_cut_off_nothing_is_lost_and_in_the_end_all_is_told(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project(dict.fromkeys(PATHS[:3], b"\x00")))
    storm = Storm(bench, record, await bench.sandboxes.attach(record.id), 1)
    for _ in range(ROUNDS):
        await storm.code()
        await storm.user()
        await storm.sync()
        await storm.check()

    sync = bench.sandboxes.syncs.sync
    await sync(OWNER, record.id, SyncDirection.TO_PROJECT)
    after, report = await sync(OWNER, record.id, SyncDirection.TO_SANDBOX)
    differing = {
        path
        for path in PATHS
        if (await contents(bench, record.project_id)).get(path) != (await on_disk(storm.machine)).get(path)
    }
    assert differing == {conflict.path for conflict in after.sync_conflicts} == {each.path for each in report.conflicts}
    _, report = await sync(OWNER, record.id, SyncDirection.TO_SANDBOX, None, dict.fromkeys(PATHS, SyncSide.PROJECT))
    assert report.conflicts == []
    await storm.check()
    assert await contents(bench, record.project_id) == await on_disk(storm.machine)
