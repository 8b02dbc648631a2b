"""Results as HTTP answers."""

import orjson
import pytest
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from aura_gql.graph.negotiation import GRAPHQL_JSON, JSON, negotiate
from aura_gql.graph.operation_request import RequestError
from aura_gql.graph.responses import encode_result, refusal, single


def failed(code: str, path: list[str | int] | None = None) -> ExecutionResult:
    return ExecutionResult(data=None, errors=[GraphQLError("No.", path=path, extensions={"code": code})])


@pytest.mark.parametrize(
    ("result", "strict", "lenient"),
    [
        (ExecutionResult(data={"a": 1}, errors=None), 200, 200),
        (ExecutionResult(data={"a": None}, errors=failed("TIMEOUT", ["a"]).errors), 200, 200),
        (failed("TIMEOUT", ["a"]), 200, 200),
        (failed("TIMEOUT"), 503, 503),
        (failed("GRAPHQL_VALIDATION_FAILED"), 400, 200),
        (ExecutionResult(data=None, errors=[GraphQLError("No.")]), 400, 200),
    ],
)
def test_statuses(result: ExecutionResult, strict: int, lenient: int) -> None:
    assert (single(result, GRAPHQL_JSON).status_code, single(result, JSON).status_code) == (strict, lenient)


def test_a_client_that_has_to_wait_is_told_how_long() -> None:
    result = failed("RATE_LIMITED")
    (result.errors or [])[0].extensions = {"code": "RATE_LIMITED", "retryAfterS": 7}
    response = single(result, JSON)
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert "retry-after" not in single(failed("TIMEOUT"), JSON).headers


def test_data_is_there_unless_nothing_ran() -> None:
    assert orjson.loads(encode_result(failed("NOT_FOUND", ["a"])))["data"] is None
    assert list(orjson.loads(encode_result(failed("BAD_REQUEST")))) == ["errors"]
    extended = ExecutionResult(data={}, errors=None, extensions={"cost": 1})
    assert encode_result(extended) == b'{"data":{},"extensions":{"cost":1}}'


def test_refusals_are_json_whatever_is_accepted() -> None:
    response = refusal(RequestError(406, "No.", {"allow": "x"}), negotiate("text/plain"), "r1")
    assert (response.status_code, response.headers["allow"]) == (406, "x")
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert orjson.loads(response.body) == {
        "errors": [{"message": "No.", "extensions": {"code": "BAD_REQUEST", "requestId": "r1"}}]
    }
