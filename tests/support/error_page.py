"""Writes `docs/errors.md` from the tables of codes: `python -m tests.support.error_page > docs/errors.md`."""

from collections.abc import Iterable, Sequence

from aura_gql.kernel.close_codes import CloseCode
from aura_gql.kernel.error_codes import ErrorCode, Place

_HEADER = """\
# Errors

What can go wrong has a code, so that a program can tell it apart; messages are for people and may change. This page is
made from the tables in `aura_gql/kernel/error_codes.py` and `aura_gql/kernel/close_codes.py`.

- A **mutation** answers an expected failure in its payload: `errors { code message field details }`. `code` is a
  `UserErrorCode`; `field` is the path of the offending input, beginning with `"input"`; `details` holds facts for
  programs, such as `{"currentVersion": 3}`.
- A **query** or a **subscription** has no payload: its expected failures are top-level errors, with `field` and the
  details in `extensions`.
- **Everything else** is a top-level error for all three: `extensions.code` is one of the codes below and
  `extensions.requestId` names the request in the server's log. It is the answer's `X-Request-Id` too; on a socket it is
  that of the handshake, a dot and the number of the operation. `extensions.retryable` is `true` where the same request
  may succeed later.
- A **bug** answers `INTERNAL` and nothing of what happened: that is in the log, once, under the request id.

An operation that never ran has no `data`. Over HTTP its status is the one below; but an operation that does not parse
or validate, or whose variables do not fit, answers 200 to clients that do not accept
`application/graphql-response+json`. On a socket its errors come in an `error` message; those of an operation that runs
come in `next`, beside the data. Either way they concern that operation alone.
"""

_CLOSING = """\
A socket ends only for a reason that concerns all its operations. Before it opens, the handshake can fail: with status
403 for a page on an origin that is not in `ALLOWED_ORIGINS`.
"""


def render() -> str:
    """The text of `docs/errors.md`."""
    expected = [code for code in ErrorCode if code.facts.place is not Place.TOP]
    others = [code for code in ErrorCode if code.facts.place is Place.TOP]
    closing = [
        (str(code.value), code.facts.meaning, code.facts.advice, _yes(code.facts.is_retryable)) for code in CloseCode
    ]
    return "\n".join(
        [
            _HEADER,
            "## Expected failures\n",
            _error_table(expected),
            "## Top-level errors only\n",
            _error_table(others),
            "## Codes that close a socket\n",
            _CLOSING,
            _table(("code", "what it means", "what a client should do", "connect again as before?"), closing),
        ]
    )


def _error_table(codes: Iterable[ErrorCode]) -> str:
    head = ("code", "what it means", "what a client should do", "where", "HTTP status", "same again later?")
    return _table(head, (_row(code) for code in codes))


def _row(code: ErrorCode) -> Sequence[str]:
    facts = code.facts
    statuses = ", ".join(map(str, facts.statuses)) or "-"
    return f"`{code}`", facts.meaning, facts.advice, facts.place.value, statuses, _yes(facts.is_retryable)


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    print(render(), end="")
