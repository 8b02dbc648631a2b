"""Figures of a sandbox: real, shared by all who watch, and over with it."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import cast

import pytest
from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput, Unsupported
from aura_gql.sandboxes import meter as meter_module
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.meter import SandboxMeter, _Reader
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.records import SandboxStatus, SandboxUse
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.values import Command, MachineMetrics
from tests.support.processes import argv_of, first_line
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.waiting import until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter_module, "_INTERVAL_S", 0.02)


async def watch(meter: SandboxMeter, sandbox_id: ObjectId, seen: list[SandboxUse], every_s: int = 1) -> None:
    async for use in meter.follow(OWNER, sandbox_id, every_s):
        seen.append(use)


async def test_all_who_watch_share_one_reader_until_the_end(
    bench: SandboxBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[MachineMetrics] = []
    look = LocalSandbox.metrics

    async def counted(machine: LocalSandbox) -> MachineMetrics:
        looks.append(await look(machine))
        return looks[-1]

    monkeypatch.setattr(LocalSandbox, "metrics", counted)
    record = await bench.running()
    meter = bench.sandboxes.meter
    seen: Sequence[list[SandboxUse]] = [[], [], []]
    watching = [asyncio.create_task(watch(meter, record.id, each, 60 if each is seen[2] else 1)) for each in seen]
    await until(lambda: all(seen) and len(seen[0]) >= 2 and len(seen[1]) >= 2)
    assert len(meter) == 1
    await bench.sandboxes.stop(OWNER, record.id)
    await asyncio.wait_for(asyncio.gather(*watching), 60)

    assert len(meter) == 0
    assert len(seen[2]) == 1
    assert all(use.metrics.at in {metrics.at for metrics in looks} for each in seen for use in each)
    assert seen[0][-1].metrics.cpu_percent is not None
    assert seen[0][0].limits.memory_bytes is not None
    assert [use async for use in meter.follow(OWNER, record.id)] == []


async def test_percents_are_of_one_cpu_and_a_restart_is_waited_out(bench: SandboxBench) -> None:
    record = await bench.running()
    machine = await bench.sandboxes.attach(record.id)
    process = await machine.start_process(Command(argv_of("echo busy; while :; do :; done")))
    assert await first_line(process) == "busy"
    seen: list[SandboxUse] = []
    watching = asyncio.create_task(watch(bench.sandboxes.meter, record.id, seen))
    await until(lambda: any((use.metrics.cpu_percent or 0) > 5 for use in seen))
    await bench.sandboxes.renewal.restart(OWNER, record.id)
    used_ms = seen[-1].metrics.cpu_time_ms or 0
    await until(lambda: (seen[-1].metrics.cpu_time_ms or 0) < used_ms)
    assert all((use.metrics.cpu_percent or 0) >= 0 for use in seen)
    await bench.sandboxes.stop(OWNER, record.id)
    await asyncio.wait_for(watching, 60)


async def test_a_new_machine_is_not_measured_against_the_old_one() -> None:
    reader = _Reader(ObjectId(), SandboxRegistry("here"))
    old, new = cast(Sandbox, object()), cast(Sandbox, object())
    looks = [(old, 5_000), (old, 6_000), (new, 10)]
    percents = [
        reader._with_percent(machine, MachineMetrics(utcnow(), cpu_time_ms=used_ms)).cpu_percent
        for machine, used_ms in looks
    ]
    assert percents[0] is None
    assert percents[1]
    assert percents[2] is None


async def test_one_that_does_not_run_yet_is_waited_for(bench: SandboxBench) -> None:
    record = await bench.sandboxes.create(OWNER, await bench.project())
    async with contextlib.aclosing(bench.sandboxes.meter.follow(OWNER, record.id)) as uses:
        assert (await anext(uses)).metrics.processes
    assert (await bench.sandboxes.get(OWNER, record.id)).status is SandboxStatus.RUNNING
    assert len(bench.sandboxes.meter) == 0


async def test_what_can_not_be_watched_says_why(bench: SandboxBench, monkeypatch: pytest.MonkeyPatch) -> None:
    record = await bench.running()
    meter = bench.sandboxes.meter
    for every_s in (0, 61, -1):
        with pytest.raises(InvalidInput) as caught:
            await anext(meter.follow(OWNER, record.id, every_s))
        assert caught.value.field == ("everyS",)
    for viewer, sandbox_id in (("other", record.id), (OWNER, ObjectId())):
        with pytest.raises(SandboxNotFound):
            await anext(meter.follow(viewer, sandbox_id))
    with pytest.raises(SandboxNotRunning, match="not held by this server"):
        await anext(bench.more().meter.follow(OWNER, record.id))

    async def unable(machine: LocalSandbox) -> MachineMetrics:
        raise Unsupported("There are no figures.")

    monkeypatch.setattr(LocalSandbox, "metrics", unable)
    with pytest.raises(Unsupported):
        await anext(meter.follow(OWNER, record.id))
    assert len(meter) == 0
