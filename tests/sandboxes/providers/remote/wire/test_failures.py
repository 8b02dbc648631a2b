"""Errors keep their kind, their words and their field on the way; nothing else comes out."""

import pytest

from aura_gql.kernel.errors import DomainError, InvalidState
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.failures import FAILURES, MAX_MESSAGE_CHARACTERS, describe, revive
from aura_gql.sandboxes.providers.remote.wire.values import JSON


@pytest.mark.parametrize("kind", FAILURES.values())
def test_an_error_passes(kind: type[DomainError]) -> None:
    revived = revive(describe(kind("Words.", field=("a", "b"), details={"limit": 3, "odd": object()})))
    assert type(revived) is kind
    assert (revived.message, revived.field, revived.details) == ("Words.", ("a", "b"), {"limit": 3})


@pytest.mark.parametrize("error", [ValueError("secret"), InvalidState("secret")])
def test_of_any_other_the_class_alone_passes(error: Exception) -> None:
    told = revive(describe(error)).message
    assert type(error).__name__ in told
    assert "secret" not in told


GOOD: dict[str, JSON] = {"kind": "Conflict", "message": "m", "field": [], "details": {}}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**GOOD, "kind": "SystemExit"},
        {**GOOD, "kind": []},
        {**GOOD, "message": 1},
        {**GOOD, "message": "x" * (MAX_MESSAGE_CHARACTERS + 1)},
        {**GOOD, "field": [1]},
        {**GOOD, "field": ["x"] * 9},
        {**GOOD, "field": ["x" * 1001]},
        {**GOOD, "details": {"a": []}},
        {**GOOD, "details": {"a": 1 << 63}},
        {**GOOD, "details": {"x" * 1001: 1}},
        {**GOOD, "details": {str(number): 1 for number in range(17)}},
        {**GOOD, "details": None},
    ],
)
def test_anything_else_is_a_violation(value: JSON) -> None:
    with pytest.raises(WireViolation):
        revive(value)


def test_half_a_character_does_not_pass() -> None:
    half: JSON = {**GOOD, "message": "\ud800", "field": ["\ud800"], "details": {"\ud800": "\ud800", "limit": True}}
    told = revive(half)
    assert (told.message, told.field, told.details) == ("?", ("?",), {"?": "?", "limit": True})
