"""Each way in which E2B fails is told as exactly one error of the port."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.e2b.failures import daemon_failure_of, failure_of, is_of, told_apart
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.errors import (
    AgentGone,
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorRefused,
    VendorTimedOut,
)
from aura_gql.sandboxes.providers.remote.values import MachineWish
from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.vendors.e2b.state import API_KEY
from tests.support.vendors.faults import Fault


def told(status: int, message: str, **more: str) -> Fault:
    """As its API says it."""
    error_code = {"error_code": more.pop("error_code")} if "error_code" in more else {}
    return Fault.json(status, {"code": status, "message": message, **error_code}, **more)


GARBAGE = Fault(200, b"no json", {"content-type": "application/json"})
OTHER_JSON = Fault.json(201, ["a list"])
LACKING = Fault.json(201, {"sandboxID": "x"})
EMPTY = Fault(200)
NUMBER = Fault.json(500, 5)

# What is answered; what it means to a creation; what it means to the rest.
ANSWERS: dict[str, tuple[Fault, type[DomainError], type[DomainError]]] = {
    "400": (told(400, "bad request"), VendorRefused, VendorRefused),
    "401": (told(401, "Invalid API key"), VendorKeyRefused, VendorKeyRefused),
    "401 in HTML": (Fault.html(401), VendorKeyRefused, VendorKeyRefused),
    "403": (told(403, "team is blocked"), VendorKeyRefused, VendorKeyRefused),
    "403 of a template": (told(403, "no access to the template"), VendorRefused, VendorKeyRefused),
    "404": (told(404, "template 'x' not found"), VendorRefused, SandboxGone),
    "409": (told(409, "conflict"), VendorDown, VendorBusy),
    "422": (told(422, "unprocessable"), VendorRefused, VendorRefused),
    "429 of a rate": (told(429, "Rate limit exceeded", retry_after="7"), VendorBusy, VendorBusy),
    "429 in HTML": (Fault.html(429), VendorBusy, VendorBusy),
    "429 of a quota": (told(429, "you have reached the maximum number of concurrent"), VendorFull, VendorFull),
    "500": (told(500, "internal"), VendorDown, VendorDown),
    "500 in HTML": (Fault.html(500), VendorDown, VendorDown),
    "500 with a number": (NUMBER, VendorDown, VendorDown),
    "502": (Fault.html(502), VendorDown, VendorDown),
    "503": (told(503, "no room", error_code="sandbox_capacity_unavailable"), VendorBusy, VendorBusy),
    "503 in HTML": (Fault.html(503), VendorDown, VendorDown),
    "504": (told(504, "late", error_code="sandbox_placement_timeout"), VendorTimedOut, VendorTimedOut),
    "garbage": (GARBAGE, VendorDown, VendorDown),
    "another model": (OTHER_JSON, VendorDown, VendorDown),
    "fields are missing": (LACKING, VendorDown, VendorDown),
    "nothing": (EMPTY, VendorDown, VendorDown),
    "a reset": (Fault(is_reset=True), VendorDown, VendorDown),
    "a lost answer": (Fault(is_lost=True), VendorDown, VendorDown),
    "a cut answer": (Fault(cut_at=5), VendorDown, VendorDown),
    "no answer in time": (Fault(before=asyncio.Event()), VendorTimedOut, VendorTimedOut),
}


async def test_each_answer_of_the_api_is_one_error(cloud: LoopbackE2B, wish: MachineWish) -> None:
    vendor = E2BVendor(E2BClient(API_KEY, api_url=cloud.url, sandbox_url=cloud.url), call_s=5)
    impatient = E2BVendor(E2BClient(API_KEY, api_url=cloud.url, sandbox_url=cloud.url, request_s=0.3), call_s=5)
    machine_id = (await vendor.create(wish)).machine_id
    found = {}
    for name, (fault, _, _) in ANSWERS.items():
        asked = impatient if fault.before else vendor
        creating = await failure(cloud, fault, "POST", "/v2/sandboxes", partial(asked.create, wish))
        rest = await failure(cloud, fault, "GET", "/sandboxes/.*", partial(asked.get, machine_id))
        found[name] = (fault, type(creating), type(rest))
        if isinstance(creating, VendorKeyRefused):
            # The vendor's words may quote the key, and these go to the log.
            assert creating.message == f"E2B does not take the key ({fault.status})."
        if name == "429 of a rate":
            assert isinstance(creating, VendorBusy)
            assert creating.retry_after_s == 7
    assert found == ANSWERS
    assert cloud.faults.count("POST", "/v2/sandboxes") == len(ANSWERS) + 1, "the SDK asked again by itself"


@pytest.mark.parametrize("operation", ["list", "destroy", "extend", "pause", "resume", "ping"])
async def test_every_method_tells_errors_apart(vendor: E2BVendor, cloud: LoopbackE2B, operation: str) -> None:
    at = utcnow() + timedelta(minutes=1)
    asks: dict[str, Callable[[], Awaitable[object]]] = {
        "list": lambda: vendor.list("tests"),
        "destroy": lambda: vendor.destroy("x"),
        "extend": lambda: vendor.extend("x", at),
        "pause": lambda: vendor.pause("x"),
        "resume": lambda: vendor.resume("x", at),
        "ping": vendor.ping,
    }
    for fault, kind in (
        (told(401, "Invalid API key"), VendorKeyRefused),
        (Fault.html(429), VendorBusy),
        (Fault.html(500), VendorDown),
        (Fault(is_reset=True), VendorDown),
    ):
        assert type(await failure(cloud, fault, "*", ".*", asks[operation])) is kind


# What a machine's daemon or the proxy before it answers; the machine runs.
DAEMON: dict[str, tuple[Fault, type[Exception]]] = {
    "400": (told(400, "bad path"), VendorRefused),
    "401": (told(401, "unauthorized access"), VendorDown),
    "429": (told(429, "slow down"), VendorBusy),
    "500 in HTML": (Fault.html(500), VendorDown),
    "502 of a machine that is not there": (told(502, "The sandbox was not found"), VendorDown),
    "502 in HTML": (Fault.html(502), VendorDown),
    "503 in HTML": (Fault.html(503), VendorDown),
    "a reset": (Fault(is_reset=True), VendorDown),
    "no answer in time": (Fault(before=asyncio.Event()), VendorTimedOut),
}


async def test_each_answer_of_a_daemon_is_one_error(cloud: LoopbackE2B, vendor: E2BVendor, wish: MachineWish) -> None:
    machine_id = (await vendor.create(wish)).machine_id
    impatient = E2BVendor(E2BClient(API_KEY, api_url=cloud.url, sandbox_url=cloud.url, request_s=0.3), call_s=5)
    expected = {name: (kind, kind) for name, (_, kind) in DAEMON.items()}
    found = {}
    for name, (fault, _) in DAEMON.items():
        asked = impatient if fault.before else vendor
        upload, launch = (
            partial(asked.upload, machine_id, "/home/user/x", b""),
            partial(asked.launch, machine_id, "true"),
        )
        uploading = await failure(cloud, fault, "POST", "/files", upload)
        launching = await failure(cloud, fault, "POST", "/process.Process/Start", launch)
        found[name] = (type(uploading), type(launching))
    assert found == expected


async def test_what_is_ours_already_passes_and_what_is_not_never_does() -> None:
    with pytest.raises(AgentGone):
        async with told_apart(1):
            raise AgentGone
    with pytest.raises(VendorTimedOut):
        async with told_apart(0.01):
            await asyncio.Event().wait()
    assert type(failure_of(KeyError("sandboxID"))) is VendorDown
    assert type(failure_of(httpx.ReadTimeout("late"))) is VendorTimedOut
    assert type(daemon_failure_of(httpx.ConnectError("refused"))) is VendorDown
    assert is_of(httpx.ReadTimeout("late"), "HTTPError")


async def failure(
    cloud: LoopbackE2B, fault: Fault, method: str, path: str, ask: Callable[[], Awaitable[Any]]
) -> Exception:
    """What comes of a call that meets the fault once; the next is answered as ever."""
    cloud.faults.clear()
    cloud.faults.add(method, path, fault)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which it is, is what is asked
        await ask()
    cloud.faults.clear()
    return raised.value
