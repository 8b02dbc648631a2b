"""Sandboxes: what isolation, and the API around it, cost beside a process that is simply started."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import SandboxSpec
from tests.benchmarks import sandbox_sides as sides
from tests.benchmarks.execution_socket import ExecutionSocket, execution_socket
from tests.benchmarks.measure import Contest, Entry, Side
from tests.benchmarks.memory import weigh
from tests.benchmarks.raw_process import ENVIRONMENT, PYTHON
from tests.benchmarks.size import Size
from tests.benchmarks.world import World
from tests.support.journeys import running_sandbox

SHELL = ("/bin/sh", "-c", "true")
SPAWN_SHELL = "raw spawn of sh -c true"


@contextlib.asynccontextmanager
async def contests(world: World, size: Size) -> AsyncIterator[list[Entry]]:
    """The contests of this group, while two providers, a sandbox and one of the API's are there."""
    cold = LocalProvider(world.folder / "cold", LocalLimits(max_sandboxes=size.at_once + 1))
    warm = LocalProvider(world.folder / "warm", warm=1)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(cold.close)
        stack.push_async_callback(warm.close)
        machine = await cold.create(SandboxSpec("warm", "project"))
        sandbox = await running_sandbox(world.member, world.project)
        socket = await stack.enter_async_context(execution_socket(world.member, sandbox))
        shell = {SPAWN_SHELL: sides.spawned(*SHELL, times=size.spawns)}
        yield [
            *_starts(world, size, cold, warm, shell),
            *_commands(size, machine, shell),
            *_executions(size, socket, shell),
            lambda: weigh([machine]),
        ]


def _starts(
    world: World, size: Size, cold: LocalProvider, warm: LocalProvider, shell: Mapping[str, Side]
) -> list[Entry]:
    rounds, count = size.spawn_rounds, size.spawns
    few = max(1, count // 2)  # Each has to wait for a machine to be made.
    at_once = {f"{size.at_once} raw spawns at once": sides.spawned_at_once(*SHELL, count=size.at_once)}
    return [
        Contest("sandbox create, cold", "provider", rounds, sides.created(cold, count), shell),
        Contest("sandbox create, one waits", "provider", rounds, sides.created(warm, few, size.rest_s), shell),
        Contest(
            "sandbox create, one waits",
            "API, to RUNNING",
            rounds,
            sides.created_by_api(world, few, size.rest_s),
            shell,
        ),
        Contest(
            f"{size.at_once} sandboxes at once",
            "provider",
            rounds,
            sides.created_at_once(cold, size.at_once),
            at_once,
        ),
    ]


def _commands(size: Size, machine: LocalSandbox, shell: Mapping[str, Side]) -> list[Entry]:
    rounds, count = size.spawn_rounds, size.spawns
    contests: list[Entry] = [
        Contest("sh -c true", "provider", rounds, sides.executed(machine, *SHELL, times=count), shell)
    ]
    for program, *rest in ((PYTHON, "-c", "pass"), (_node(), "-e", "0")):
        if program is None:  # Not every host has node.
            continue
        argv = [program, *map(str, rest)]
        name = " ".join([Path(program).name, *argv[1:]])
        theirs = {f"raw spawn of {name}": sides.spawned(*argv, times=count)}
        contests.append(Contest(name, "provider", rounds, sides.executed(machine, *argv, times=count), theirs))
    return contests


def _node() -> str | None:
    return shutil.which("node", path=ENVIRONMENT["PATH"])


def _executions(size: Size, socket: ExecutionSocket, shell: Mapping[str, Side]) -> list[Entry]:
    rounds, count = size.spawn_rounds, size.spawns
    python = {"raw spawn of python3 -c pass": sides.spawned(PYTHON, "-c", "pass", times=count)}
    pipe = {"raw pipe": lambda: sides.first_bytes_by_pipe(count)}
    bash = sides.repeated(lambda: socket.finish({"language": "BASH", "code": "true"}), count)
    code = sides.repeated(lambda: socket.finish({"language": "PYTHON", "code": "pass"}), count)
    return [
        Contest("bash: true", "API, to finished", rounds, bash, shell),
        Contest("python: pass", "API, to finished", rounds, code, python),
        Contest("first byte", "process to client", rounds, sides.first_bytes_by_api(socket, count), pipe),
    ]
