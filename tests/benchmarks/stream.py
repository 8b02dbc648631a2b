"""Live output: a program that flushes each line it prints, from its start to the last line at the client."""

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import orjson
from websockets.asyncio.client import connect

from tests.benchmarks.execution_socket import ExecutionSocket, execution_socket
from tests.benchmarks.measure import Contest, Cost, Entry
from tests.benchmarks.raw_process import PYTHON, pieces
from tests.benchmarks.serving import Serving
from tests.benchmarks.size import Size
from tests.benchmarks.world import World
from tests.support.journeys import running_sandbox


@contextlib.asynccontextmanager
async def contests(world: World, size: Size) -> AsyncIterator[list[Entry]]:
    """The contests of this group, while a sandbox runs and its socket is open."""
    program = f"for n in range({size.lines}): print(n, 'and some words, to make a line of it', flush=True)"
    length = len("".join(f"{n} and some words, to make a line of it\n" for n in range(size.lines)))
    sandbox = await running_sandbox(world.member, world.project)
    async with execution_socket(world.member, sandbox) as socket:
        baselines = {
            "Starlette socket, no ledger": lambda: _measured(world.baseline, lambda: _relay(world, program), length),
            "raw pipe": lambda: _measured(None, lambda: _read_pipe(program), length),
        }
        yield [
            Contest(
                f"{size.lines:,} lines",
                "all lines",
                size.stream_rounds,
                lambda: _measured(world.ours, lambda: _follow(socket, program), length),
                baselines,
            )
        ]


async def _measured(server: Serving | None, work: Callable[[], Awaitable[int]], wanted: int) -> Cost:
    """The cost of getting all `wanted` characters; RuntimeError where others came."""
    cpu_s, started = server.cpu_s if server else 0.0, time.perf_counter()
    got = await work()
    wall_s = time.perf_counter() - started
    if got != wanted:
        raise RuntimeError(f"{got} characters came instead of {wanted}.")
    return Cost(wall_s, server.cpu_s - cpu_s if server else None)


async def _follow(socket: ExecutionSocket, program: str) -> int:
    execution = await socket.run({"language": "PYTHON", "code": program})
    return sum([len(text) async for text in socket.output(execution)])


async def _relay(world: World, program: str) -> int:
    async with connect(f"ws://{world.baseline.host}/lines", compression=None, max_size=None) as socket:
        await socket.send(orjson.dumps([PYTHON, "-c", program]).decode())
        return sum([len(orjson.loads(message).get("text", "")) async for message in socket])


async def _read_pipe(program: str) -> int:
    return sum([len(data) async for data in pieces(PYTHON, "-c", program)])
