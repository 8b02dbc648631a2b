"""What may be opened."""

from dataclasses import replace

import pytest
from bson import ObjectId

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.values import TerminalSpec
from aura_gql.terminals.records import TerminalLimits, TerminalRequest
from aura_gql.terminals.requests import fingerprint, spec_of

WISH = TerminalRequest(ObjectId(), ("top",), "folder", 100, 30)


def test_a_login_shell_unless_a_program_is_named() -> None:
    limits = TerminalLimits()
    assert spec_of(TerminalRequest(WISH.sandbox_id), limits) == TerminalSpec()
    assert spec_of(replace(WISH, cwd="a/../b/"), limits) == TerminalSpec(("top",), "b", {}, 100, 30)
    assert spec_of(replace(WISH, cwd=""), limits).cwd == "."


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (replace(WISH, columns=0), "columns"),
        (replace(WISH, rows=1001), "rows"),
        (replace(WISH, command=("x",) * 65), "command"),
        (replace(WISH, command=("x", "y" * 20_000)), "command"),
        (replace(WISH, command=("a\0b",)), "command"),
        (replace(WISH, command=("\ud800",)), "command"),
        (replace(WISH, command=("",)), "command"),
        (replace(WISH, cwd="/etc"), "cwd"),
        (replace(WISH, cwd="a/../.."), "cwd"),
        (replace(WISH, cwd="x" * 2000), "cwd"),
        (replace(WISH, cwd="\udfff"), "cwd"),
    ],
)
def test_refuses_the_rest(request_: TerminalRequest, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        spec_of(request_, TerminalLimits())
    assert refused.value.field == (field,)


def test_requests_differ_by_each_of_their_parts() -> None:
    others = [
        replace(WISH, sandbox_id=ObjectId()),
        replace(WISH, command=()),
        replace(WISH, cwd="."),
        replace(WISH, columns=99),
        replace(WISH, rows=99),
    ]
    assert len({str(fingerprint(each)) for each in (WISH, replace(WISH), *others)}) == 6
