"""Opening terminals and typing, on the wire; test_subscriptions.py shows what comes of it."""

import pytest

from tests.support.api import Data, Member
from tests.support.terminal_journeys import CLOSE, OPEN, RESIZE, WRITE, opened, payload


async def test_someone_elses_terminal_is_a_missing_one(owner: Member, eve: Member, sandbox: str) -> None:
    id = await opened(owner, sandbox, "sleep", "600")
    for mutation, fields in (
        (WRITE, {"text": "x"}),
        (RESIZE, {"columns": 10, "rows": 10}),
        (CLOSE, {}),
    ):
        (error,) = (await payload(eve, mutation, terminalId=id, **fields))["errors"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "terminalId"])
    (error,) = (await payload(eve, OPEN, sandboxId=sandbox))["errors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "sandboxId"])
    closed = (await payload(owner, CLOSE, terminalId=id))["terminal"]
    assert closed["status"] == "CLOSED"
    (error,) = (await payload(owner, WRITE, terminalId=id, text="x"))["errors"]
    assert (error["code"], error["field"]) == ("INVALID_STATE", ["input", "terminalId"])


@pytest.mark.parametrize(
    ("mutation", "fields", "field"),
    [
        (WRITE, {}, "text"),
        (WRITE, {"text": "a", "base64": "YQ=="}, "text"),
        (WRITE, {"text": "x" * 65_537}, "text"),
        (WRITE, {"base64": "?"}, "base64"),
        (RESIZE, {"columns": 0, "rows": 10}, "columns"),
        (RESIZE, {"columns": 10, "rows": 1001}, "rows"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    owner: Member, sandbox: str, mutation: str, fields: Data, field: str
) -> None:
    id = await opened(owner, sandbox, "sleep", "600", idempotencyKey="refusals")
    (error,) = (await payload(owner, mutation, terminalId=id, **fields))["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", field])


async def test_what_can_not_be_opened_says_why(owner: Member, sandbox: str) -> None:
    for fields, field in (
        ({"command": ["no-such-program"]}, "command"),
        ({"command": ["sh"], "cwd": "missing"}, "cwd"),
        ({"columns": 5000}, "columns"),
        ({"cwd": "../.."}, "cwd"),
    ):
        (error,) = (await payload(owner, OPEN, sandboxId=sandbox, **fields))["errors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", field])
