"""Sandboxes: what isolation, and the API around it, cost beside a process that is simply started."""

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.values import Command, SandboxSpec
from tests.benchmarks.execution_socket import execution_socket
from tests.benchmarks.measure import Contest, Cost, Side
from tests.benchmarks.raw_process import PYTHON, spawn
from tests.benchmarks.size import Size
from tests.benchmarks.world import World
from tests.support.journeys import running_sandbox
from tests.support.processes import finished

SPAWN_TRUE = "raw spawn of true"
SPAWN_SH = "raw spawn of sh -c true"
SPAWN_PYTHON = "raw spawn of python3 -c pass"
_STOP = "mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { errors { message } } }"


@contextlib.asynccontextmanager
async def contests(world: World, size: Size) -> AsyncIterator[list[Contest]]:
    """The contests of this group, while a provider, a sandbox of its own and one of the API's are there."""
    rounds, spawns = size.spawn_rounds, size.spawns
    provider = LocalProvider(world.folder / "sandboxes")
    try:
        machine = await provider.create(SandboxSpec("warm", "project"))
        sandbox = await running_sandbox(world.member, world.project)
        true = {SPAWN_TRUE: _repeat(_spawn_true, spawns), SPAWN_SH: _repeat(_spawn_sh, spawns)}
        sh = {SPAWN_SH: _repeat(_spawn_sh, spawns)}
        python = {SPAWN_PYTHON: _repeat(_spawn_python, spawns)}
        async with execution_socket(world.member, sandbox) as socket:

            async def execute(language: str, code: str) -> None:
                await socket.finish({"language": language, "code": code})

            yield [
                Contest("sandbox create", "provider", rounds, lambda: _create(provider, spawns), true),
                Contest("sandbox create", "API, to RUNNING", rounds, lambda: _create_by_api(world, spawns), true),
                Contest(
                    "sh -c true", "provider", rounds, _repeat(lambda: _exec(machine, "sh", "-c", "true"), spawns), sh
                ),
                Contest("bash: true", "API, to finished", rounds, _repeat(lambda: execute("BASH", "true"), spawns), sh),
                Contest(
                    "python3 -c pass",
                    "provider",
                    rounds,
                    _repeat(lambda: _exec(machine, "python3", "-c", "pass"), spawns),
                    python,
                ),
                Contest(
                    "python: pass",
                    "API, to finished",
                    rounds,
                    _repeat(lambda: execute("PYTHON", "pass"), spawns),
                    python,
                ),
            ]
    finally:
        await provider.close()


def _repeat(work: Callable[[], Awaitable[None]], times: int) -> Side:
    async def side() -> Cost:
        started = time.perf_counter()
        for _ in range(times):
            await work()
        return Cost((time.perf_counter() - started) / times)

    return side


async def _spawn_true() -> None:
    spawn("/bin/true")


async def _spawn_sh() -> None:
    spawn("/bin/sh", "-c", "true")


async def _spawn_python() -> None:
    spawn(PYTHON, "-c", "pass")


async def _exec(machine: Sandbox, *argv: str) -> None:
    process = await machine.start_process(Command(argv))
    await process.close_stdin()
    status = (await finished(process)).status
    if status.exit_code:
        raise RuntimeError(f"{argv} ended with {status}.")


async def _create(provider: LocalProvider, times: int) -> Cost:
    spent = 0.0
    for _ in range(times):
        started = time.perf_counter()
        machine = await provider.create(SandboxSpec(uuid4().hex, "project"))
        spent += time.perf_counter() - started
        await machine.stop()
    return Cost(spent / times)


async def _create_by_api(world: World, times: int) -> Cost:
    spent = 0.0
    for _ in range(times):
        started = time.perf_counter()
        sandbox = await running_sandbox(world.member, world.project)
        spent += time.perf_counter() - started
        stopped = await world.member.execute(_STOP, input={"sandboxId": sandbox})
        if stopped["stopSandbox"]["errors"]:
            raise RuntimeError("The sandbox did not stop.")
    return Cost(spent / times)
