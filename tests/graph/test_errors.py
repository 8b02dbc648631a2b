"""Translation of single errors."""

import pytest
from graphql import GraphQLError
from strawberry.scalars import JSON

from aura_gql.graph.errors import INTERNAL_MESSAGE, describe, is_user_error, to_user_error, translate
from aura_gql.kernel.error_codes import Place
from aura_gql.kernel.errors import (
    DomainError,
    ErrorCode,
    Forbidden,
    InvalidInput,
    ProviderUnavailable,
    Unauthenticated,
)


def test_payloads_take_the_expected_kinds() -> None:
    assert is_user_error(Forbidden("no"))
    assert not is_user_error(Unauthenticated("who?"))
    kinds = {kind.code for kind in DomainError.__subclasses__() if "code" in vars(kind)}
    assert {code for code in kinds if code.facts.place is Place.TOP} == {
        ErrorCode.UNAUTHENTICATED,
        ErrorCode.TIMEOUT,
        ErrorCode.RATE_LIMITED,
        ErrorCode.QUERY_TOO_COMPLEX,
    }


def test_paths_are_those_of_the_input() -> None:
    error = to_user_error(InvalidInput("bad", field=("env", "MY_VAR", "template_id", "idempotencyKey")))
    assert error.field == ["input", "env", "MY_VAR", "templateId", "idempotencyKey"]
    assert error.details is None
    assert to_user_error(Forbidden("no", details={"a": 1})).details == JSON({"a": 1})
    assert to_user_error(Forbidden("no")).field == []


def test_details_never_hide_the_code() -> None:
    message, extensions = describe(Forbidden("no", details={"code": "X", "limit": 5}, field=("a_b",)))
    assert (message, extensions) == ("no", {"code": "FORBIDDEN", "limit": 5, "field": ["aB"]})


def test_what_may_succeed_later_says_so() -> None:
    busy = translate(GraphQLError("busy", extensions={"code": "RATE_LIMITED", "retryAfterS": 3}), "r")
    assert busy.extensions == {"code": "RATE_LIMITED", "retryAfterS": 3, "retryable": True, "requestId": "r"}
    assert describe(ProviderUnavailable("gone"))[1] == {"code": "PROVIDER_UNAVAILABLE", "retryable": True}


@pytest.mark.parametrize("original", [KeyError("secret"), GraphQLError("secret"), RecursionError("secret")])
def test_the_unexpected_is_masked(original: Exception) -> None:
    error = translate(GraphQLError("secret", path=["a"], original_error=original), "r")
    assert (error.message, error.extensions) == (INTERNAL_MESSAGE, {"code": "INTERNAL", "requestId": "r"})
    assert error.original_error is None
    assert error.path == ["a"]


def test_recursion_before_execution_is_the_documents_fault() -> None:
    error = translate(GraphQLError("x", original_error=RecursionError()), "r")
    assert (error.extensions or {})["code"] == "QUERY_TOO_COMPLEX"
