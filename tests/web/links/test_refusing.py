import json

import pytest
from pymongo.errors import ServerSelectionTimeoutError
from starlette.requests import Request

from aura_gql.kernel.errors import Conflict, InvalidInput
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound, LinkExpired
from aura_gql.web.links.refusing import BadTransfer, refused
from aura_gql.web.links.slots import NoSlot
from aura_gql.web.refusals import REQUEST_ID


def request(method: str) -> Request:
    return Request({"type": "http", "method": method, "headers": [], REQUEST_ID: "request-1"})


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (LinkExpired("x"), 403, "FORBIDDEN"),
        (BlobNotFound("x"), 404, "NOT_FOUND"),
        (BlobCorrupted("x"), 503, "STORAGE_UNAVAILABLE"),
        (InvalidInput("x"), 400, "BAD_REQUEST"),
        (NoSlot(), 503, "OVERLOADED"),
        (BadTransfer(413, "x"), 413, "BAD_REQUEST"),
        (ServerSelectionTimeoutError("secret"), 503, "DATABASE_UNAVAILABLE"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_refusal_is_typed(error: Exception, status: int, code: str) -> None:
    answer = refused(request("PUT"), error)
    (told,) = json.loads(bytes(answer.body))["errors"]
    assert (answer.status_code, told["extensions"]) == (status, {"code": code, "requestId": "request-1"})
    assert "secret" not in told["message"]
    assert ("retry-after" in answer.headers) is (status == 503)
    assert answer.headers["connection"] == "close"
    assert "connection" not in refused(request("GET"), error).headers


@pytest.mark.parametrize("error", [KeyError("x"), Conflict("x")])
def test_a_bug_is_not_an_answer(error: Exception) -> None:
    with pytest.raises(type(error)):
        refused(request("GET"), error)
