"""The fault matrix over HTTP: what E2B's API answers is what a vendor on paper does, for whoever asks a provider."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

import pytest

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.machine import RemoteMachine
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.vendors import faults
from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.vendors.fault_matrix import HELD, OUTCOMES, Asked, Fault, raised
from tests.support.vendors.remote import QUICK, bare
from tests.support.waiting import until

DAY_S: Final = 86_400
# A machine that comes late is looked for a few times.
LIMITS: Final = replace(QUICK, adoption=replace(QUICK.adoption, latecomer_pauses_s=(0.0, *[0.05] * 10)))
ANSWERS: Final[Mapping[Fault, faults.Fault]] = {
    Fault.KEY_REFUSED: faults.Fault.json(401, {"code": 401, "message": "Invalid API key"}),
    Fault.FULL: faults.Fault.json(429, {"code": 429, "message": "you have reached the maximum number of sandboxes"}),
    Fault.BUSY: faults.Fault.json(503, {"code": 503, "message": "no room", "error_code": "x"}),
    Fault.REFUSED: faults.Fault.json(400, {"code": 400, "message": "bad"}),
    Fault.GONE: faults.Fault.json(404, {"code": 404, "message": "not found"}),
    Fault.DOWN: faults.Fault.html(503),
    Fault.TIMED_OUT: faults.Fault.html(504),
    Fault.LOST: faults.Fault(is_lost=True),
}
REQUESTS: Final[Mapping[Asked, tuple[str, str]]] = {
    Asked.CREATE: ("POST", "/v2/sandboxes"),
    Asked.CONNECT: ("GET", "/v2/sandboxes"),
    Asked.LIST: ("GET", "/v2/sandboxes"),
    Asked.HEALTH: ("GET", "/v2/sandboxes"),
    Asked.REMOVE_ORPHANS: ("DELETE", "/sandboxes/.*"),
    Asked.EXTEND: ("POST", "/sandboxes/.*/timeout"),
    Asked.PAUSE: ("POST", "/sandboxes/.*/pause"),
    Asked.RESUME: ("POST", "/v2/sandboxes/.*/connect"),
    Asked.STOP: ("DELETE", "/sandboxes/.*"),
}


def provider_of(client: E2BClient) -> RemoteProvider:
    vendor = E2BVendor(client, max_lifetime_s=DAY_S)
    return RemoteProvider(vendor, "tests", lambda machine: cast(Sandbox, machine), limits=LIMITS)


async def prepared(asked: Asked, client: E2BClient, provider: RemoteProvider) -> RemoteMachine:
    if asked in (Asked.CONNECT, Asked.REMOVE_ORPHANS):
        # By another each time: one that made it before may not have noticed yet that it has gone.
        await bare(await provider_of(client).create(SandboxSpec("stranger", "project"))).release()
    machine = bare(await provider.create(HELD))
    if asked is Asked.RESUME:
        await machine.pause()
    elif asked is Asked.PAUSE:
        await machine.resume()
    return machine


@pytest.mark.parametrize("asked", list(Asked))
async def test_the_outcome_is_that_of_the_table(cloud: LoopbackE2B, client: E2BClient, asked: Asked) -> None:
    cloud.state.max_hours = 24
    provider = provider_of(client)
    for fault, outcome in OUTCOMES[asked].items():
        machine = await prepared(asked, client, provider)
        # What was done and is asked for again finds itself done, where paper goes on to lose its answers.
        is_lost = fault is Fault.LOST
        cloud.faults.add(*REQUESTS[asked], ANSWERS[fault], times=1 if is_lost else None)
        expected = outcome.once if is_lost else outcome.always
        assert await raised(asked, provider, cast(Sandbox, machine)) is expected, fault
        cloud.faults.clear()
        await until(lambda: not provider.is_busy)
        wanted = [] if asked is Asked.STOP else [HELD.sandbox_id]
        await provider.remove_orphans(wanted)
        there = [machine.metadata["aura-sandbox"] for machine in cloud.state.machines.values()]
        assert there == wanted, fault
    await provider.close()
