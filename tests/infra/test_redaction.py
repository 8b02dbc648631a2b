"""What log lines leave out."""

import pytest
from daytona.common.errors import DaytonaError
from e2b import SandboxException
from graphql import GraphQLError, Source
from pymongo.errors import BulkWriteError, DuplicateKeyError, ServerSelectionTimeoutError

from aura_gql.infra.redaction import MAX_FIELDS, MAX_VALUE_LENGTH, bound, one_line, tell

CANARY = "what a user wrote"


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


@pytest.mark.parametrize(
    "error",
    [
        BulkWriteError({"writeErrors": [{"op": {"content": CANARY}}]}),
        DuplicateKeyError(f"dup key: {{ path: {CANARY!r} }}", 11000, {"keyValue": {"path": CANARY}}),
        GraphQLError(f"String cannot represent value: {CANARY!r}", source=Source(CANARY), positions=[0]),
        SandboxException(f"401: {CANARY}"),
        DaytonaError(f"Failed to list sandboxes: {CANARY}"),
    ],
)
def test_errors_that_quote_what_they_were_given_are_told_by_kind(error: Exception) -> None:
    told = tell(raised(error))
    assert CANARY not in told
    assert type(error).__name__ in told
    assert "in raised" in told


def test_a_lost_connection_says_where_to() -> None:
    assert "db.internal:27017: timed out" in tell(ServerSelectionTimeoutError("db.internal:27017: timed out"))


def test_causes_are_told_too() -> None:
    error = OSError("second")
    error.__cause__ = raised(LookupError("first"))
    told = tell(raised(error))
    assert told.index("OSError: second") < told.index("LookupError: first")


def test_a_circle_of_causes_ends() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert tell(first).count("first") < 5


def test_values_are_cut_and_stay_on_their_line() -> None:
    assert one_line("a\nb\x1b[0m\u2028c", 100) == "a\\nb\\x1b[0m\\u2028c"
    assert len(one_line("x" * 5_000, MAX_VALUE_LENGTH)) == MAX_VALUE_LENGTH + 1
    assert len(bound(None, "", {str(number): 1 for number in range(1_000)})) == MAX_FIELDS
    assert bound(None, "", {"n": 1, "t": True, "none": None, "of": ["a"]}) == {
        "n": 1,
        "t": True,
        "none": None,
        "of": "['a']",
    }
