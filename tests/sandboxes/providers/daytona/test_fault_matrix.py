"""The fault matrix over HTTP: what Daytona answers is, for whoever asks a provider, what a vendor on paper does."""

from collections.abc import Mapping
from typing import Final, cast

import pytest

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.remote.machine import RemoteMachine
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.vendors import faults
from tests.support.vendors.daytona.world import DaytonaWorld
from tests.support.vendors.fault_matrix import HELD, OUTCOMES, Asked, Fault, raised
from tests.support.vendors.remote import QUICK, bare
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWERS: Final[Mapping[Fault, faults.Fault]] = {
    Fault.KEY_REFUSED: faults.Fault.json(401, {"message": "Invalid credentials"}),
    Fault.FULL: faults.Fault.json(400, {"message": "Total CPU limit exceeded. Maximum allowed: 10."}),
    Fault.BUSY: faults.Fault.json(429, {"message": "Too Many Requests"}),
    Fault.REFUSED: faults.Fault.json(400, {"message": "bad"}),
    Fault.GONE: faults.Fault.json(404, {"message": "not found"}),
    Fault.DOWN: faults.Fault.html(503),
    Fault.TIMED_OUT: faults.Fault.html(504),
    Fault.LOST: faults.Fault(is_lost=True),
}
REQUESTS: Final[Mapping[Asked, tuple[str, str]]] = {
    Asked.CREATE: ("POST", "/api/sandbox"),
    Asked.CONNECT: ("GET", "/api/sandbox"),
    Asked.LIST: ("GET", "/api/sandbox"),
    Asked.HEALTH: ("GET", "/api/sandbox"),
    Asked.REMOVE_ORPHANS: ("DELETE", "/api/sandbox/.*"),
    Asked.EXTEND: ("POST", "/api/sandbox/.*/ttl/.*"),
    Asked.PAUSE: ("POST", "/api/sandbox/.*/pause"),
    Asked.RESUME: ("POST", "/api/sandbox/.*/start"),
    Asked.STOP: ("DELETE", "/api/sandbox/.*"),
}


def provider_of(world: DaytonaWorld) -> RemoteProvider:
    return RemoteProvider(world.vendor, "tests", lambda machine: cast(Sandbox, machine), limits=QUICK)


def there(world: DaytonaWorld) -> list[str]:
    """The sandbox ids of what Daytona has and does not end."""
    machines = [machine for machine in world.state.machines.values() if not machine.state.startswith("destroy")]
    return sorted(machine.labels["aura-sandbox"] for machine in machines)


async def idle(provider: RemoteProvider) -> None:
    await until(lambda: not provider.is_busy)


async def prepared(asked: Asked, world: DaytonaWorld, provider: RemoteProvider) -> RemoteMachine:
    if asked in (Asked.CONNECT, Asked.REMOVE_ORPHANS):
        await bare(await provider_of(world).create(SandboxSpec("stranger", "project"))).release()
    machine = bare(await provider.create(HELD))
    if asked is Asked.RESUME:
        await machine.pause()
    return machine


@pytest.mark.parametrize("asked", list(Asked))
async def test_the_outcome_is_that_of_the_table(world: DaytonaWorld, asked: Asked) -> None:
    for fault, outcome in OUTCOMES[asked].items():
        provider = provider_of(world)
        machine = await prepared(asked, world, provider)
        # What was done and is asked for again finds itself done, where paper goes on to lose its answers.
        is_lost = fault is Fault.LOST
        world.faults.add(*REQUESTS[asked], ANSWERS[fault], times=1 if is_lost else None)
        expected = outcome.once if is_lost else outcome.always
        assert await raised(asked, provider, cast(Sandbox, machine)) is expected, fault
        world.faults.clear()
        await idle(provider)
        wanted = [] if asked is Asked.STOP else [HELD.sandbox_id]
        await provider.remove_orphans(wanted)
        assert there(world) == wanted, fault
        await machine.stop()
