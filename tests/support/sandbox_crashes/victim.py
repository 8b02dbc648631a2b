"""`python -m tests.support.sandbox_crashes.victim [MODULE...]`: imports once, then forks for each order that it reads.

The fork is a server as far as its sandboxes: it starts one, extends, restarts and stops it, and dies on the way.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import structlog
import uvloop
from bson import ObjectId
from pymongo import AsyncMongoClient

from aura_gql.executions.records import CommandRequest, ExecutionLimits
from aura_gql.executions.service import ExecutionService
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.mongo import MongoDocument
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.sandbox_crashes.bare import bare_provider, vendor_at
from tests.support.sandbox_crashes.fuse import Fuse, tell
from tests.support.sandbox_crashes.orders import Order
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench

_ASKED = ("create", "destroy", "extend")
LIMITS = SandboxLimits(max_per_user=1000, lease_s=0.0, lifetime_s=1800)


class SteppingProvider(LocalProvider):
    """A host that says when it makes a machine."""

    def __init__(self, root: Path, fuse: Fuse) -> None:
        super().__init__(root)
        self._fuse = fuse

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        """With a step before and behind it."""
        self._fuse.step("before create")
        made = await super().create(spec)
        tell({"made": spec.sandbox_id})
        self._fuse.step("behind create")
        return made


class SteppingVendor:
    """A vendor with a step before and behind all that changes something there."""

    def __init__(self, vendor: Vendor, fuse: Fuse) -> None:
        self._vendor = vendor
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        """What the vendor has."""
        asked = getattr(self._vendor, name)
        return asked if name not in _ASKED else partial(self._stepping, name, asked)

    async def _stepping(self, name: str, ask: Callable[..., Awaitable[Any]], *arguments: object) -> Any:
        self._fuse.step(f"before {name}")
        answer = await ask(*arguments)
        if name == "create":
            tell({"made": answer.sandbox_id})
        self._fuse.step(f"behind {name}")
        return answer


def main() -> None:
    """Fork, wait for the end and tell that, until there are no more orders."""
    for name in sys.argv[1:]:
        import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            _run(Order.from_line(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        tell({"ended": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL})


def _run(order: Order) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_live(order))


async def _live(order: Order) -> None:
    fuse, folder = Fuse(order.step), Path(order.folder)
    client: AsyncMongoClient[MongoDocument] = AsyncMongoClient(order.uri, tz_aware=True, event_listeners=[fuse])
    local = SteppingProvider(folder / "sandboxes", fuse)
    others: dict[SandboxProviderName, SandboxProvider] = {}
    if order.provider != SandboxProviderName.LOCAL:
        vendor = SteppingVendor(vendor_at(order.address), fuse)
        others[SandboxProviderName(order.provider)] = bare_provider(cast(Vendor, vendor))
    async with sandbox_bench(
        client[order.database], folder, LIMITS, provider=local, others=others, has_indexes=True
    ) as bench:
        for provider in bench.providers.values():
            await provider.health()
        fuse.is_lit = True
        await _lead(bench, order)
        fuse.is_lit = False
    await client.close()


async def _lead(bench: SandboxBench, order: Order) -> None:
    """A sandbox's whole life."""
    provider = SandboxProviderName(order.provider)
    record = await bench.sandboxes.create(OWNER, ObjectId(order.project), SandboxWish(provider))
    await bench.reached(record.id, SandboxStatus.RUNNING)
    is_local = provider is SandboxProviderName.LOCAL
    async with _running(bench, record.id) if is_local else contextlib.nullcontext():
        await bench.sandboxes.renewal.extend(OWNER, record.id, 60)
        await bench.sandboxes.renewal.restart(OWNER, record.id)
        await bench.reached(record.id, SandboxStatus.RUNNING)
    await bench.sandboxes.stop(OWNER, record.id)
    await bench.reached(record.id, SandboxStatus.STOPPED)


@contextlib.asynccontextmanager
async def _running(bench: SandboxBench, sandbox_id: ObjectId) -> AsyncIterator[None]:
    """With a command that does not end by itself."""
    executions = ExecutionService(
        bench.sandboxes, MongoIdempotencyKeys(), bench.bus, ExecutionLimits(), bench.operations
    )
    asked = await executions.run_command(OWNER, CommandRequest(sandbox_id, "echo here; exec sleep 1000"))
    async with contextlib.aclosing(executions.output(OWNER, asked.id)) as events:
        await anext(events)
        yield
    await executions.stop()


if __name__ == "__main__":
    main()
