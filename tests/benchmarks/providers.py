"""Sandboxes of vendors: what our provider costs over the vendor's own SDK, both against one cloud on loopback."""

import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import uuid4

from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.daytona.vendor import DaytonaVendor
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.providers.remote.sandbox import assemble
from aura_gql.sandboxes.values import Command, SandboxFile, SandboxSpec
from tests.benchmarks.bare_sdks import BareDaytona, BareE2B
from tests.benchmarks.measure import Contest, Cost, Entry, Side
from tests.benchmarks.sandbox_sides import repeated
from tests.benchmarks.serving import serving
from tests.benchmarks.size import Size
from tests.benchmarks.world import World
from tests.support.processes import finished
from tests.support.vendors.daytona.state import API_KEY as DAYTONA_KEY
from tests.support.vendors.e2b.state import API_KEY as E2B_KEY

_MIB = 1 << 20
_FILES = 100
_WRITES = 5
_MUCH = f"head -c {_MIB} /dev/zero | tr '\\0' x"

Bare = BareE2B | BareDaytona


@contextlib.asynccontextmanager
async def contests(world: World, size: Size) -> AsyncIterator[list[Entry]]:
    """The contests of this group, while both clouds are there, and at each a machine of ours and one of the SDK's."""
    async with contextlib.AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(serving("tests.benchmarks.vendor_server", name))
            for name in ("e2b", "daytona")
        ]
        e2b_url, daytona_url = (f"http://{server.host}" for server in servers)
        e2b = E2BClient(E2B_KEY, api_url=e2b_url, sandbox_url=e2b_url)
        daytona = DaytonaClient(DAYTONA_KEY, f"{daytona_url}/api")
        entries: list[Entry] = []
        for vendor, bare in ((E2BVendor(e2b), BareE2B(e2b)), (DaytonaVendor(daytona), BareDaytona(daytona))):
            provider = RemoteProvider(vendor, "bench", assemble)
            stack.push_async_callback(provider.close)
            ours, theirs = await provider.create(SandboxSpec(uuid4().hex, "project")), await bare.create()
            stack.push_async_callback(ours.stop)
            stack.push_async_callback(bare.remove, theirs)
            entries += _of(vendor.name, provider, bare, ours, theirs, size)
        yield entries


def _of(name: str, provider: SandboxProvider, bare: Bare, ours: Sandbox, theirs: Any, size: Size) -> list[Entry]:
    rounds, times = size.spawn_rounds, size.spawns
    files = {f"folder-{number % 10}/{number}.txt": b"x" * 1000 for number in range(min(size.batch, _FILES))}
    return [
        Contest(
            f"{name}: create",
            "provider",
            rounds,
            _created(provider, times),
            {bare.name: _created_bare(bare, times)},
        ),
        *(
            Contest(
                f"{name}: {what}",
                "provider",
                rounds,
                repeated(partial(_executed, ours, command, length), times),
                {bare.name: repeated(partial(bare.execute, theirs, command), times)},
            )
            for what, command, length in (("sh -c true", "true", 0), ("1 MiB of output", _MUCH, _MIB))
        ),
        Contest(
            f"{name}: write {len(files)} files",
            "provider",
            min(rounds, _WRITES),
            repeated(lambda: ours.write_files(SandboxFile(path, data) for path, data in files.items()), 1),
            {bare.name: repeated(lambda: bare.write(theirs, files), 1)},
        ),
    ]


async def _executed(machine: Sandbox, command: str, length: int) -> None:
    process = await machine.start_process(Command(["sh", "-c", command]))
    await process.close_stdin()
    outcome = await finished(process)
    if outcome.status.exit_code or len(outcome.stdout) != length:
        raise RuntimeError(f"{command} ended with {outcome.status} behind {len(outcome.stdout)} bytes.")


def _created(provider: SandboxProvider, times: int) -> Side:
    """A round of machines, each ended before the next, which is not counted."""

    async def side() -> Cost:
        each_s = []
        for _ in range(times):
            started = time.perf_counter()
            machine = await provider.create(SandboxSpec(uuid4().hex, "project"))
            each_s.append(time.perf_counter() - started)
            await machine.stop()
        return Cost.of_each(each_s)

    return side


def _created_bare(bare: Bare, times: int) -> Side:
    """The same by the SDK alone."""

    async def side() -> Cost:
        each_s = []
        for _ in range(times):
            started = time.perf_counter()
            machine = await bare.create()
            each_s.append(time.perf_counter() - started)
            await bare.remove(machine)
        return Cost.of_each(each_s)

    return side
