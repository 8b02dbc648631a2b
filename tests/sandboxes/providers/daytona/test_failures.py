"""Each thing that goes wrong with Daytona is exactly one of the port's errors: by itself, and through the real SDK."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from daytona.common.errors import (
    DaytonaConnectionError,
    DaytonaConnectionTimeoutError,
    DaytonaError,
    DaytonaTimeoutError,
    create_daytona_error,
)
from pydantic import TypeAdapter, ValidationError
from urllib3.exceptions import ProtocolError

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import Unsupported
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.daytona.failures import failure_of, told_apart
from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.daytona.vendor import DaytonaVendor
from aura_gql.sandboxes.providers.remote.errors import (
    AgentGone,
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorRefused,
    VendorTimedOut,
)
from tests.support.vendors.daytona.state import API_KEY
from tests.support.vendors.daytona.world import DaytonaWorld
from tests.support.vendors.faults import WEBSOCKET, Fault

pytestmark = pytest.mark.asyncio(loop_scope="module")


def told(status: int, words: str = "boom", **headers: str) -> DaytonaError:
    return create_daytona_error(words, status, {name.replace("_", "-"): value for name, value in headers.items()})


def nonsense() -> ValidationError:
    try:
        TypeAdapter(int).validate_python("x")
    except ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (told(401), VendorKeyRefused),
        (told(403), VendorKeyRefused),
        (create_daytona_error("permission denied", 403, {}, source="DAYTONA_DAEMON"), VendorRefused),
        (told(404), SandboxGone),
        (told(410), SandboxGone),
        (told(409), VendorBusy),
        (told(429), VendorBusy),
        (told(429, "Sandbox quota reached"), VendorFull),
        (told(400, "Total CPU limit exceeded. Maximum allowed: 10."), VendorFull),
        (told(400, "Total memory limit exceeded."), VendorFull),
        (told(400, "No available runners"), VendorBusy),
        (told(400, "labels must be an object"), VendorRefused),
        (told(422), VendorRefused),
        (told(400, "Sandbox class container does not support pausing"), Unsupported),
        (told(408), VendorTimedOut),
        (told(504), VendorTimedOut),
        (told(500, "<html>"), VendorDown),
        (told(502), VendorDown),
        (told(503), VendorDown),
        (DaytonaError("Sandbox x entered error state: error, error reason: Total disk limit exceeded"), VendorFull),
        (DaytonaError("Sandbox x entered error state: error, error reason: no such image"), VendorDown),
        (DaytonaConnectionError("reset"), VendorDown),
        (DaytonaConnectionTimeoutError("slow"), VendorTimedOut),
        (DaytonaTimeoutError("slow"), VendorTimedOut),
        (TimeoutError(), VendorTimedOut),
        (aiohttp.ServerTimeoutError(), VendorTimedOut),
        (aiohttp.ClientPayloadError("cut"), VendorDown),
        (ProtocolError("cut"), VendorDown),
        (nonsense(), VendorDown),
        (json.JSONDecodeError("no JSON", "<", 0), VendorDown),
        (AttributeError("items"), VendorDown),
        (OSError("no network"), VendorDown),
    ],
)
async def test_each_failure_is_exactly_one_error(error: Exception, kind: type[Exception]) -> None:
    assert type(failure_of(error)) is kind


async def test_a_refused_key_is_told_without_words_that_may_quote_it() -> None:
    assert failure_of(told(403, "no such key: dtn_1")).message == "Daytona does not take the key (403)."


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry_After": "7"}, 7.0),
        ({"retry_after_authenticated": "30", "retry_after_sandbox": "3.5"}, 30.0),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry_After": "-1"}, None),
    ],
)
async def test_how_long_to_wait_is_heard(headers: dict[str, str], seconds: float | None) -> None:
    failure = failure_of(told(429, "slow down", **headers))
    assert isinstance(failure, VendorBusy)
    assert failure.retry_after_s == seconds


async def test_errors_of_the_port_and_cancellations_pass_as_they_are() -> None:
    for error in (SandboxGone("gone"), AgentGone("gone"), VendorFull("full"), asyncio.CancelledError()):
        with pytest.raises(type(error)) as caught:
            async with told_apart(5):
                raise error
        assert caught.value is error
    with pytest.raises(VendorTimedOut):
        async with told_apart(0.01):
            await asyncio.Event().wait()


GARBAGE = b"{]"
ANSWERS = [
    (Fault.json(401, {"message": "Invalid credentials"}), VendorKeyRefused),
    (Fault.html(403), VendorKeyRefused),
    (Fault.json(409, {"message": "Sandbox state change in progress"}), VendorBusy),
    (Fault.json(429, {"message": "ThrottlerException: Too Many Requests"}), VendorBusy),
    (Fault.json(429, {"message": "Too Many Requests"}, retry_after="7"), VendorBusy),
    (Fault.json(429, {"message": "Total CPU quota exceeded"}), VendorFull),
    (Fault.json(400, {"message": "Total memory limit exceeded. Maximum allowed: 10."}), VendorFull),
    (Fault.json(400, {"message": "bad"}), VendorRefused),
    (Fault.html(500), VendorDown),
    (Fault(502), VendorDown),
    (Fault.json(503, "no object"), VendorDown),
    (Fault.html(504), VendorTimedOut),
    (Fault(200, GARBAGE, {"content-type": "application/json"}), VendorDown),
    (Fault.json(200, {"id": "x"}), VendorDown),
    (Fault.json(200, []), VendorDown),
    (Fault(200), VendorDown),
    (Fault.html(200), VendorDown),
    (Fault.json(200, {"items": "x" * 999}, content_length="2000"), VendorDown),
    (Fault(is_reset=True), VendorDown),
]


@pytest.mark.parametrize("method", ["create", "get", "list", "destroy", "extend", "ping"])
async def test_each_answer_of_the_api_is_exactly_one_error(world: DaytonaWorld, method: str) -> None:
    vendor = world.vendor
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "create": lambda: vendor.create(world.wish()),
        "get": lambda: vendor.get("x"),
        "list": lambda: vendor.list("tests"),
        "destroy": lambda: vendor.destroy("x"),
        "extend": lambda: vendor.extend("x", utcnow()),
        "ping": vendor.ping,
    }
    for fault, kind in ANSWERS:
        world.faults.clear()
        world.faults.add("*", "/api/sandbox.*", fault, times=None)
        with pytest.raises(kind) as caught:
            await calls[method]()
        assert type(caught.value) is kind, (fault, caught.value)
        assert API_KEY not in str(caught.value)


async def test_an_answer_that_does_not_come_is_not_waited_for(world: DaytonaWorld) -> None:
    vendor = DaytonaVendor(DaytonaClient(API_KEY, world.cloud.api_url), call_s=0.5)
    await world.vendor.ping()
    world.faults.add("*", "/api/sandbox.*", Fault(before=asyncio.Event()), times=None)
    with pytest.raises(VendorTimedOut):
        await vendor.get("x")
    await vendor.close()


async def test_an_api_that_is_not_there_is_down() -> None:
    vendor = DaytonaVendor(DaytonaClient(API_KEY, "http://127.0.0.1:9/api"))
    with pytest.raises(VendorDown) as caught:
        await vendor.ping()
    assert type(caught.value) is VendorDown
    await vendor.close()


async def test_a_snapshot_that_is_not_there_is_a_matter_of_the_settings(world: DaytonaWorld) -> None:
    with pytest.raises(VendorRefused, match="Snapshot missing not found"):
        await world.vendor.create(world.wish(image="missing"))


async def test_a_wrong_key_is_told_as_such(world: DaytonaWorld) -> None:
    vendor = DaytonaVendor(DaytonaClient("wrong", world.cloud.api_url))
    for call in (vendor.ping(), vendor.create(world.wish()), vendor.list("tests")):
        with pytest.raises(VendorKeyRefused):
            await call
    await vendor.close()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.html(500), VendorDown),
        (Fault(503), VendorDown),
        (Fault.json(429, {"message": "slow"}, retry_after="1"), VendorBusy),
        (Fault.json(401, {"message": "Invalid credentials"}), VendorKeyRefused),
        (Fault(is_reset=True), VendorDown),
        (Fault.html(404), VendorDown),
    ],
)
async def test_each_answer_of_the_toolbox_is_exactly_one_error(
    world: DaytonaWorld, fault: Fault, kind: type[Exception]
) -> None:
    made = await world.vendor.create(world.wish())
    world.faults.add("POST", "/toolbox/.*", fault)
    with pytest.raises(kind) as caught:
        await world.vendor.upload(made.machine_id, "/home/daytona/x", b"1")
    assert type(caught.value) is kind
    # What is reset on a connection that was used before is asked for once more by aiohttp.
    world.faults.add(WEBSOCKET, "/toolbox/.*", fault, times=None)
    with pytest.raises(kind) as caught:
        await world.vendor.launch(made.machine_id, "cat")
    assert type(caught.value) is kind


async def test_what_happens_in_a_machine_that_went_says_so(world: DaytonaWorld) -> None:
    made = await world.vendor.create(world.wish())
    await world.vendor.pause(made.machine_id)
    with pytest.raises(VendorBusy, match="paused"):
        await world.vendor.launch(made.machine_id, "cat")
    world.state.destroy(world.machine(made.machine_id))
    for call in (
        world.vendor.upload(made.machine_id, "/home/daytona/x", b"1"),
        world.vendor.launch(made.machine_id, "cat"),
        world.vendor.relink(made.machine_id, "token"),
    ):
        with pytest.raises(SandboxGone):
            await call
