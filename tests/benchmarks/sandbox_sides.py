"""One round each of what sandboxes do and of what stands beside it, every unit measured by itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.values import Command, SandboxSpec
from tests.benchmarks.execution_socket import ExecutionSocket
from tests.benchmarks.measure import Cost, Side
from tests.benchmarks.raw_process import PYTHON, pieces, spawn, spawn_at_once
from tests.benchmarks.world import World
from tests.support.journeys import running_sandbox
from tests.support.processes import finished

_STOP = "mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { errors { message } } }"
# Tells when it printed, by the clock that all processes of the host share, and not before a reader can be there.
_CLOCK = "import os, time; time.sleep(0.06); os.write(1, b'%d%c' % (time.monotonic_ns(), 10))"


def repeated(work: Callable[[], Awaitable[object]], times: int) -> Side:
    """A round of so many units, one behind the other."""

    async def side() -> Cost:
        each_s = []
        for _ in range(times):
            started = time.perf_counter()
            await work()
            each_s.append(time.perf_counter() - started)
        return Cost.of_each(each_s)

    return side


def spawned(*command: str, times: int) -> Side:
    """A round of processes that are simply started, read and waited for."""

    async def work() -> None:
        spawn(*command)

    return repeated(work, times)


def spawned_at_once(*command: str, count: int) -> Side:
    """A round of so many processes at once."""

    async def side() -> Cost:
        started = time.perf_counter()
        spawn_at_once(count, *command)
        return Cost(time.perf_counter() - started)

    return side


def executed(machine: Sandbox, *argv: str, times: int) -> Side:
    """A round of processes in a sandbox that is there."""

    async def work() -> None:
        process = await machine.start_process(Command(argv))
        await process.close_stdin()
        status = (await finished(process)).status
        if status.exit_code:
            raise RuntimeError(f"{argv} ended with {status}.")

    return repeated(work, times)


def created(provider: LocalProvider, times: int, rest_s: float = 0.0) -> Side:
    """A round of sandboxes, each stopped before the next; `rest_s` before each is not counted."""

    async def side() -> Cost:
        each_s = []
        for _ in range(times):
            await asyncio.sleep(rest_s)
            started = time.perf_counter()
            machine = await provider.create(SandboxSpec(uuid4().hex, "project"))
            each_s.append(time.perf_counter() - started)
            await machine.stop()
        return Cost.of_each(each_s)

    return side


def created_at_once(provider: LocalProvider, count: int) -> Side:
    """A round of so many sandboxes at once, until the last of them is there."""

    async def side() -> Cost:
        started = time.perf_counter()
        specs = [SandboxSpec(uuid4().hex, "project") for _ in range(count)]
        machines = await asyncio.gather(*(provider.create(spec) for spec in specs))
        wall_s = time.perf_counter() - started
        await asyncio.gather(*(machine.stop() for machine in machines))
        return Cost(wall_s)

    return side


def created_by_api(world: World, times: int, rest_s: float) -> Side:
    """The same through the API, until a client hears RUNNING."""

    async def side() -> Cost:
        each_s = []
        for _ in range(times):
            await asyncio.sleep(rest_s)
            started = time.perf_counter()
            sandbox = await running_sandbox(world.member, world.project)
            each_s.append(time.perf_counter() - started)
            stopped = await world.member.execute(_STOP, input={"sandboxId": sandbox})
            if stopped["stopSandbox"]["errors"]:
                raise RuntimeError("The sandbox did not stop.")
        return Cost.of_each(each_s)

    return side


def first_bytes_by_api(socket: ExecutionSocket, times: int) -> Side:
    """A round of programs that print once: from that to the client who has subscribed."""

    async def side() -> Cost:
        each_s = []
        for _ in range(times):
            execution = await socket.run({"language": "PYTHON", "code": _CLOCK})
            async for text in socket.output(execution):
                each_s.append((time.monotonic_ns() - int(text)) / 1e9)
        return Cost.of_each(each_s)

    return side


async def first_bytes_by_pipe(times: int) -> Cost:
    """The same to whoever reads the program's pipe."""
    each_s = []
    for _ in range(times):
        async for data in pieces(PYTHON, "-c", _CLOCK):
            each_s.append((time.monotonic_ns() - int(data)) / 1e9)
    return Cost.of_each(each_s)
