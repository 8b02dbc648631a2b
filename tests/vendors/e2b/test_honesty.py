"""What the real E2B can't answer is found out."""

from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from tests.support.vendors.e2b.honesty import Dishonest, Witness, check

SANDBOX: dict[str, Any] = {"templateID": "t", "sandboxID": "s", "clientID": "c", "envdVersion": "0.6.13"}
LISTED: dict[str, Any] = {
    **SANDBOX,
    "startedAt": "2026-01-01T00:00:00Z",
    "endAt": "2026-01-01T00:00:00Z",
    "cpuCount": 2,
    "memoryMB": 512,
    "diskSizeMB": 1024,
    "state": "running",
    "metadata": {"a": "b"},
}
ERROR: dict[str, Any] = {"code": 404, "message": "not found"}

TRUE: list[tuple[str, str, int, object]] = [
    ("POST", "/v2/sandboxes", 201, SANDBOX),
    ("POST", "/v2/sandboxes/s/connect", 200, {**SANDBOX, "domain": None}),
    ("GET", "/v2/sandboxes", 200, [LISTED]),
    ("GET", "/sandboxes/s", 200, LISTED),
    ("GET", "/sandboxes/s", 404, ERROR),
    ("DELETE", "/sandboxes/s", 204, None),
]
LIES: dict[str, tuple[str, str, int, object]] = {
    "a number for an id": ("POST", "/v2/sandboxes", 201, {**SANDBOX, "sandboxID": 5}),
    "a field is missing": ("POST", "/v2/sandboxes", 201, {k: v for k, v in SANDBOX.items() if k != "envdVersion"}),
    "a field is invented": ("POST", "/v2/sandboxes", 201, {**SANDBOX, "sandboxId": "x"}),
    "another status": ("POST", "/v2/sandboxes", 200, SANDBOX),
    "a status that an error can't have": ("DELETE", "/sandboxes/s", 418, ERROR),
    "a state that there is not": ("GET", "/v2/sandboxes", 200, [{**LISTED, "state": "stopped"}]),
    "an entry for a list": ("GET", "/v2/sandboxes", 200, LISTED),
    "a fraction of a CPU": ("GET", "/sandboxes/s", 200, {**LISTED, "cpuCount": 0.5}),
    "a truth for a number": ("GET", "/sandboxes/s", 200, {**LISTED, "cpuCount": True}),
    "a date in words": ("GET", "/sandboxes/s", 200, {**LISTED, "endAt": "tomorrow"}),
    "an error without words": ("GET", "/sandboxes/s", 404, {"code": 404}),
    "a body where none is": ("DELETE", "/sandboxes/s", 204, {}),
    "no such route": ("GET", "/sandbox/s", 200, LISTED),
}


@pytest.mark.parametrize(("method", "path", "status", "body"), TRUE)
def test_what_the_client_takes_is_true(method: str, path: str, status: int, body: object) -> None:
    check(method, path, status, body)


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_found_out(lie: str) -> None:
    with pytest.raises(Dishonest):
        check(*LIES[lie])


async def test_a_witness_keeps_the_lies_it_has_heard() -> None:
    async def heard_from(answer: Response) -> Witness:
        witness = Witness(answer)
        scope = {"type": "http", "method": "POST", "path": "/v2/sandboxes", "headers": []}
        await witness(scope, _nothing, _ignored)
        return witness

    assert not (await heard_from(JSONResponse(SANDBOX, 201))).lies
    assert len((await heard_from(JSONResponse(SANDBOX, 200))).lies) == 1


async def _nothing() -> dict[str, object]:
    return {"type": "http.request"}


async def _ignored(message: object) -> None:
    pass
