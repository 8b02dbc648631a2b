"""Machines made ahead: quick to have, as isolated as any, never dead, and gone when the server is."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from aura_gql.sandboxes.providers.local import pool as module
from aura_gql.sandboxes.providers.local.bwrap import find_bwrap
from aura_gql.sandboxes.providers.local.maker import MadeMachine
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.tally import PoolTally
from aura_gql.sandboxes.values import SandboxFile, SandboxSpec
from tests.sandboxes.providers.local.conftest import SMALL
from tests.support.abuse.grounds import attack_in_sandbox, victim_in_sandbox
from tests.support.abuse.scene import Scene
from tests.support.local_sandbox import open_channels
from tests.support.processes import run, shell
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses before a refill."""
    monkeypatch.setattr(module, "QUIET_S", 0.0)
    monkeypatch.setattr(module, "FIRST_BACKOFF_S", 0.01)


@pytest.fixture
def own_root() -> Iterator[Path]:
    """A folder for a provider of a test's own, which leaves nothing."""
    with tempfile.TemporaryDirectory(prefix="aura-pool-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "sandboxes"
        assert left_in(Path(name) / "sandboxes") == []


@pytest_asyncio.fixture(loop_scope="module")
async def warm(provider: LocalProvider, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalProvider]:
    """The shared provider with a full pool of two, which is emptied afterwards."""
    await provider.health()
    pool = module.WarmPool(2, provider._make_warm, provider._maker.unmake, provider._spare, PoolTally())
    monkeypatch.setattr(provider, "_pool", pool)
    pool.refill()
    await filled(provider, 2)
    yield provider
    await pool.close()
    assert pool.names == frozenset()


def waiting(provider: LocalProvider) -> list[int]:
    """The pids of the machines that wait."""
    return [made.machine.pid for made in provider._pool._ready]


async def filled(provider: LocalProvider, count: int) -> None:
    """Returns once so many wait."""
    await until(lambda: len(waiting(provider)) == count)


def left_in(root: Path) -> list[str]:
    """What is in the folder of the sandboxes beside what they share."""
    return sorted(set(os.listdir(root)) - {".etc", ".lock"})


async def test_is_handed_out_and_as_isolated_as_any(warm: LocalProvider, mode: IsolationMode, root: Path) -> None:
    first = waiting(warm)[0]
    sandbox = await warm.create(SandboxSpec("pooled", "project"))
    assert (sandbox.host_pid, sandbox.provider_sandbox_id) == (first, "pooled")
    assert warm._pool._tally.taken == 1
    await sandbox.write_files([SandboxFile("hello.txt", b"from outside")])
    assert (await shell(sandbox, "ls -A; cat hello.txt; echo inside > made")).text == "hello.txt\nfrom outside"
    assert (root / "pooled/project/made").read_bytes() == await sandbox.read_file("made", 100) == b"inside\n"
    neighbour = await warm.create(SandboxSpec("neighbour", "project"))
    if mode.private_uid:
        assert (root / "neighbour/project").stat().st_uid != (root / "pooled/project").stat().st_uid
    scene = Scene()
    async with victim_in_sandbox(neighbour, neighbour.host_pid) as victim:
        for family in ("files", "others", "namespaces"):
            verdicts = await attack_in_sandbox(sandbox, family, scene, victim)
            assert [name for name, verdict in verdicts.items() if verdict.succeeded] == []
    scene.close()
    await sandbox.stop()
    await neighbour.stop()
    await filled(warm, 2)


async def test_ten_at_once_from_a_pool_of_two(own_root: Path) -> None:
    tally = PoolTally()
    provider = LocalProvider(own_root, replace(SMALL, max_sandboxes=11), warm=2, tally=tally)
    await provider.health()
    await filled(provider, 2)
    sandboxes = await asyncio.gather(*(provider.create(SandboxSpec(f"ten-{n}", "project")) for n in range(10)))
    assert len({sandbox.host_pid for sandbox in sandboxes}) == 10
    answers = await asyncio.gather(*(run(sandbox, "ls", "-A") for sandbox in sandboxes))
    assert [answer.text for answer in answers] == [""] * 10
    assert (tally.taken, tally.missed) == (2, 8)
    await filled(provider, 1)
    assert len(provider._pool) == 1  # Eleven are the most that the host may have.
    await sandboxes[0].stop()
    await filled(provider, 2)
    await provider.close()
    assert tally == PoolTally(made=4, taken=2, missed=8)


@pytest.mark.parametrize("notices", [True, False])
async def test_a_dead_machine_is_never_handed_out(warm: LocalProvider, root: Path, notices: bool) -> None:
    dead = waiting(warm)
    for pid in dead:
        os.kill(pid, signal.SIGKILL)
    if notices:
        await until(lambda: not set(dead).intersection(waiting(warm)))
    sandbox = await warm.create(SandboxSpec("alive", "project"))
    assert sandbox.host_pid not in dead
    assert (await run(sandbox, "echo", "well")).text == "well"
    await sandbox.stop()
    await filled(warm, 2)
    assert warm._pool._tally.died == 2
    assert sorted(left_in(root)) == sorted(warm._pool.names)


async def test_a_frozen_machine_is_never_handed_out(warm: LocalProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_TIMEOUT_S", 0.1)
    frozen = waiting(warm)[0]
    os.kill(frozen, signal.SIGSTOP)
    sandbox = await warm.create(SandboxSpec("moving", "project"))
    assert sandbox.host_pid != frozen
    await sandbox.stop()
    await until(lambda: not Path(f"/proc/{frozen}").exists())


async def test_is_not_refilled_while_somebody_waits(warm: LocalProvider) -> None:
    pool = warm._pool
    with pool.held_back():
        taken = await pool.take()
        assert taken is not None
        pool.refill()
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(pool) == 1
    await filled(warm, 2)
    await warm._maker.unmake(taken)


async def test_makes_way_where_the_host_is_full(warm: LocalProvider) -> None:
    assert len(warm._pool) + SMALL.max_sandboxes == 6
    await warm._pool.give_way()
    assert len(waiting(warm)) == len(warm._pool) == 1
    sandboxes = [await warm.create(SandboxSpec(f"many-{n}", "project")) for n in range(SMALL.max_sandboxes)]
    await until(lambda: len(warm._pool) == 0)
    await asyncio.gather(*(sandbox.stop() for sandbox in sandboxes))


async def test_what_is_made_for_a_host_that_has_filled_up_is_removed(
    provider: LocalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await provider.health()
    has_filled_up = asyncio.Event()

    async def make(name: str) -> MadeMachine:
        made = await provider._make_warm(name)
        await has_filled_up.wait()
        return made

    tally = PoolTally()
    pool = module.WarmPool(1, make, provider._maker.unmake, provider._spare, tally)
    monkeypatch.setattr(provider, "_pool", pool)
    pool.refill()
    await until(lambda: len(pool) == 1)
    specs = [SandboxSpec(f"full-{n}", "project") for n in range(SMALL.max_sandboxes)]
    sandboxes = await asyncio.gather(*(provider.create(spec) for spec in specs))
    has_filled_up.set()
    await until(lambda: len(pool) == 0)
    assert (tally.made, tally.missed, waiting(provider)) == (1, SMALL.max_sandboxes, [])
    await pool.close()
    await asyncio.gather(*(sandbox.stop() for sandbox in sandboxes))


async def test_a_failure_is_counted_and_tried_again(own_root: Path) -> None:
    """Bubblewrap works for the self-test, then fails, then works again."""
    broken, wrapper = own_root.parent / "broken", own_root.parent / "bwrap"
    wrapper.write_text(f'#!/bin/sh\ntest -e {broken} && exit 1\nexec {find_bwrap(None)} "$@"\n')
    wrapper.chmod(0o755)
    tally = PoolTally()
    provider = LocalProvider(own_root, SMALL, wrapper, warm=1, tally=tally)
    try:
        with provider._pool.held_back():
            await provider.health()
            broken.touch()
        await until(lambda: tally.failed >= 2)
        broken.unlink()
        await filled(provider, 1)
    finally:
        await provider.close()


@pytest.mark.parametrize("turns", [0, 1, 10, 50])
async def test_closing_during_a_refill_leaves_nothing(own_root: Path, turns: int) -> None:
    provider = LocalProvider(own_root, SMALL, warm=2)
    await provider.health()
    await until(lambda: len(provider._pool) > 0)
    for _ in range(turns):
        await asyncio.sleep(0)
    await provider.close()
    assert left_in(own_root) == []
    assert provider._pool.names == frozenset()
    assert provider._uids._lent == set()


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8])
async def test_a_cancelled_create_leaves_nothing(warm: LocalProvider, root: Path, turns: int) -> None:
    before = open_channels()
    creating = asyncio.create_task(warm.create(SandboxSpec("cancelled", "project")))
    for _ in range(turns):
        await asyncio.sleep(0)
    creating.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await (await creating).stop()
    await filled(warm, 2)
    await until(lambda: left_in(root) == sorted(warm._pool.names))
    await until(lambda: open_channels() <= before)


async def test_what_waits_is_nobodys_orphan(warm: LocalProvider) -> None:
    before = waiting(warm)
    assert await warm.list() == []
    assert await warm.remove_orphans([]) == []
    assert waiting(warm) == before
    sandbox = await warm.create(SandboxSpec("kept", "project"))
    assert await warm.remove_orphans(["kept"]) == []
    assert (await run(sandbox, "echo", "well")).text == "well"
    assert await warm.remove_orphans([]) == ["kept"]
