"""Killing a server at one step after another, and looking at what another one makes of it."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bson import ObjectId

from aura_gql.executions.documents import CodeExecution
from aura_gql.executions.records import ExecutionLimits
from aura_gql.executions.service import ExecutionService
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.service import SandboxService
from tests.support.sandbox_crashes.orders import Order
from tests.support.sandboxes import SandboxBench

_ROOT = Path(__file__).parents[3]
_LONGEST_S = 60
# From when a machine is there until the books say so.
_BEFORE_IT_IS_NOTED = ("behind create", "before update sandbox_usage_analytics")


@dataclass(frozen=True, slots=True)
class Death:
    """The step at which a server was killed, None where it came to its end, and how many machines it had made."""

    step: str | None
    made: int


class Storm:
    """The process that forks servers, and the survivor's bench."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def life(self, order: Order) -> Death:
        """Have a server live until the step of the order. RuntimeError where it failed before."""
        if self._process.stdin is None:
            raise RuntimeError("It has a pipe.")
        self._process.stdin.write(order.to_line())
        step, made = None, 0
        async with asyncio.timeout(_LONGEST_S):
            while "ended" not in (told := await self._hear()):
                made += "made" in told
                step = told.get("killed", step)
        if told["ended"] != (step is not None):
            raise RuntimeError(f"The server ended by itself, or not at all: {told}, {step}.")
        return Death(step, made)

    async def _hear(self) -> dict[str, Any]:
        if self._process.stdout is None:
            raise RuntimeError("It has a pipe.")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("The process that forks has ended.")
        told: dict[str, Any] = json.loads(line)
        return told


@contextlib.asynccontextmanager
async def storm(*imported: str) -> AsyncIterator[Storm]:
    """The process that forks, until the block ends. It has `imported` these modules before, because that takes time."""
    argv = ("-m", "tests.support.sandbox_crashes.victim", *imported)
    process = await asyncio.create_subprocess_exec(sys.executable, *argv, cwd=_ROOT, stdin=PIPE, stdout=PIPE)
    try:
        yield Storm(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


async def recovered(bench: SandboxBench, *, exclusive: bool) -> SandboxService:
    """Another server, which has cleared up behind the dead one."""
    survivor = bench.more()
    executions = ExecutionService(survivor, MongoIdempotencyKeys(), bench.bus, ExecutionLimits(), bench.operations)
    await survivor.recover(exclusive=exclusive)
    await survivor.reaper.sweeper.remove_orphans()
    await executions.recover(exclusive=exclusive)
    return survivor


async def wrong_with(
    bench: SandboxBench, provider: SandboxProviderName, death: Death, kept: ObjectId | None = None
) -> list[str]:
    """What is not as it should be once a server is dead and cleared up behind; `kept` is another server's sandbox."""
    wrong = []
    live = await SandboxSession.live_ids(provider)
    there = sorted(machine.sandbox_id for machine in await bench.providers[provider].list())
    wanted = [] if kept is None else [kept]
    if live != wanted:
        wrong.append(f"live are {live}")
    if there != [str(sandbox_id) for sandbox_id in wanted]:
        wrong.append(f"there are {there}")
    return [f"killed {death.step}: {each}" for each in [*wrong, *await _wrong_books(bench, provider, death, kept)]]


async def _wrong_books(
    bench: SandboxBench, provider: SandboxProviderName, death: Death, kept: ObjectId | None
) -> list[str]:
    wrong = []
    books = bench.database["sandbox_usage_analytics"]
    ours = {"provider": provider.value, "sandbox_id": {"$ne": kept}}
    rows = await books.find(ours).to_list()
    opened = [row for row in rows if row["open"] or row["ended_at"] is None]
    if opened:
        wrong.append(f"open are {opened}")
    started = sum(row["started_at"] is not None for row in rows)
    # Of a machine that died with its server right after it was made, nobody knows that it ever ran.
    is_unknown = provider is SandboxProviderName.LOCAL and death.step in _BEFORE_IT_IS_NOTED
    if started != death.made and not (is_unknown and started == death.made - 1):
        wrong.append(f"the books have {started} machines of {death.made}")
    if any(row["started_at"] and row["seconds"] < 1 for row in rows):
        wrong.append(f"some cost nothing: {rows}")
    if kept is not None and await books.count_documents({"sandbox_id": kept, "open": True}) != 1:
        wrong.append("what another server has was closed")
    await books.delete_many(ours)
    return wrong


async def wrong_executions() -> list[str]:
    """Executions that a dead server left open, or that have another end than LOST, or CANCELLED by a restart."""
    endings = await CodeExecution.get_pymongo_collection().distinct("status")
    await CodeExecution.get_pymongo_collection().delete_many({})
    return [f"an execution is {ending}" for ending in endings if ending not in ("LOST", "CANCELLED")]
