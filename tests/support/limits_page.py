"""Writes `docs/limits.md` from the code: `python -m tests.support.limits_page > docs/limits.md`."""

from collections.abc import Iterable, Sequence

from aura_gql.graph.context import MAX_CONTENT_BYTES, MAX_DIFF_LINES
from aura_gql.graph.cost import OPERATION_POINTS, Count
from aura_gql.graph.cost_budget import CHARACTERS_A_POINT, DOCUMENT_POINTS
from aura_gql.graph.cost_weights import CONNECTION_COUNT, INTROSPECTION, WEIGHTS, CostTable, does_work, fields_of
from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.nodes import MAX_NODES
from aura_gql.graph.schema import create_schema
from aura_gql.infra.counters import MAX_COUNTERS
from aura_gql.kernel.page import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from aura_gql.settings_files import FileSettings
from aura_gql.settings_groups import GraphSettings, Group, RateSettings

_HEADER = """\
# Limits

What one operation may ask for, and what a caller may ask for in a stretch of time. This page is made from the code: the
weights are those of `aura_gql/graph/cost_weights.py`, the bounds are defaults of settings, named in capitals.

## The size of one operation

All but the last are checked before anything runs, in time linear in the document; the bytes of files are counted as
they are read. What exceeds one is refused, and the message names the limit: with `QUERY_TOO_COMPLEX`, with
`BAD_REQUEST` for a body, with `INVALID_INPUT` for an argument.
"""

_COST = f"""\
## The cost of an operation

Every operation has a cost in **points** before it runs; a point is about 50 microseconds of the server's time. It is
{OPERATION_POINTS} and for each field what the table below says:

- A field that only shows an attribute of its object is free, however deep it stands.
- Each **item of a list** costs 1, and what is asked for below it is paid for each item. A connection has as many items
  as `first` says, as an argument or a variable, {DEFAULT_PAGE_SIZE} where it is left out; `nodes` as many as there are
  ids; any other list as many as the table expects.
- Every **alias** is a field of its own. The same field asked for twice under the same name, as fragments do, is one.
- `@skip` and `@include` are not looked at; what they leave out comes back.
- `totalCount` costs {CONNECTION_COUNT.points}; `__schema` and `__type` cost {INTROSPECTION.points} each, with all that
  is below.
- A **document that the server has not seen** lately costs {DOCUMENT_POINTS} more, and 1 for each {CHARACTERS_A_POINT}
  characters, valid or not: it has to be parsed and validated. Send the same text with other variables, and it is known.

An operation that costs more than `MAX_QUERY_COST` is refused with `QUERY_TOO_COMPLEX`; the message says cost and limit.
`projects(first: 100) {{ nodes {{ files {{ content }} }} }}` is one of them.
"""

_STOPS = ", ".join(f"`{name.partition('.')[2]}`" for name, weight in WEIGHTS.items() if weight.stops)
_BUDGET = f"""\
## Points

A user has `USER_COST_LIMIT` points in each window of `COST_WINDOW_S` seconds; those who have not signed in have
`ANONYMOUS_COST_LIMIT` for each address together (of IPv6, each /64). Behind a proxy the address is the one that a proxy
of `TRUSTED_PROXIES` tells. Windows begin at a moment of the clock that differs from caller to caller.

The whole cost is taken before the operation runs, so that two at once can't both spend the last points. When it has
answered, it is paid for **what it used**, and the rest comes back:

- A list costs the items that came: a page of 100 that holds 3 costs 3. A list without `first` that holds more than was
  expected costs more, too.
- What directives left out, what a type condition did not meet, and what is below a `null` costs nothing.
- A field that failed with `UNAUTHENTICATED`, `FORBIDDEN` or `RATE_LIMITED` costs nothing, nor does anything of an
  operation whose document or variables are wrong, beyond reading an unknown document.
- What an error took out of the answer has run all the same and costs what was asked for.
- A subscription costs what it says at its start, and its events nothing.

Each answer, and the first event of a subscription, tells in `extensions.cost`:

| name | what it says |
|---|---|
| `requested` | the points that were taken before it ran |
| `actual` | the points that it used in the end |
| `limit` | the points in each window |
| `remaining` | the points that are left |
| `resetAt` | when the window ends and all are there again |

`Query.rateLimit` tells the same to an operation that asks. One that finds too few points left does not run: it answers
`RATE_LIMITED`, with `retryAfterS` in its extensions; over HTTP with status 429 and `Retry-After`, on a socket in an
`error` message that leaves the socket open, and in an event stream as its only event. Something smaller may still run,
and a mutation that does nothing but end something has as many points again of its own, so that whoever spent all can
end what runs: {_STOPS}.

Without `REDIS_URL` each process counts for itself; with it, all count together. Where Redis does not answer,
**everything is allowed** until it does again, which is logged once: the points protect the capacity of the server, and
an outage of Redis must not become one of the API. The size and the cost of a single operation are bounded all the
same. In memory, the {MAX_COUNTERS:,} callers that came last are counted, users apart from addresses.
"""

_OPERATIONS = """\
## Sandbox operations

A user has `SANDBOX_OPERATIONS_LIMIT` operations in each window of `SANDBOX_OPERATIONS_WINDOW_S` seconds, whatever they
cost in points: each `createSandbox`, `restartSandbox`, `openTerminal`, `executeCode`, `runCommand` and `quickExecute`
that is valid is one, and so is each `stopSandbox` or `deleteSandbox` of a sandbox that lives. Where none is left these
answer `RATE_LIMITED` at the top level, with `retryAfterS`, and over HTTP with `Retry-After`. But nothing keeps a user
from ending what runs: `stopSandbox` and `deleteSandbox` count and are never refused, `cancelExecution` does not even
count, nor do feeding an execution, typing into a terminal, closing it, and previews. The same `idempotencyKey` again
is answered with what it made, and counts once.
"""

_LINKS = """\
## Links

What goes by signed links, beside GraphQL, has bounds of its own: [files.md](files.md#large-files).
"""

_BOUNDS: Sequence[tuple[str, type[Group], str]] = (
    ("levels of fields", GraphSettings, "max_query_depth"),
    ("aliases", GraphSettings, "max_query_aliases"),
    ("fields, fragments spread out", GraphSettings, "max_query_fields"),
    ("tokens in a document", GraphSettings, "max_query_tokens"),
    ("points", GraphSettings, "max_query_cost"),
    ("bytes of a request's body, or of a message on a socket", GraphSettings, "max_body_bytes"),
)
_RATES = (
    "user_cost_limit",
    "anonymous_cost_limit",
    "cost_window_s",
    "sandbox_operations_limit",
    "sandbox_operations_window_s",
)
_LINK_BOUNDS = (
    "max_file_bytes",
    "max_archive_bytes",
    "upload_url_ttl_s",
    "download_url_ttl_s",
    "max_transfers",
    "max_transfers_per_user",
)


def render() -> str:
    """The text of `docs/limits.md`."""
    schema = create_schema()._schema
    costs = CostTable(schema)
    priced = [
        (f"`{type_name}.{name}`", *_price(costs, type_name, name))
        for type_name, name, field in fields_of(schema)
        if does_work(field) and name != "totalCount"
    ]
    return "\n".join(
        [
            _HEADER,
            _table(("at most", "of", "setting"), [*_sizes(), *_fixed()]),
            _COST,
            _table(("field", "points", "items, 1 point each"), priced),
            _BUDGET,
            _OPERATIONS,
            _table(("setting", "default"), ((f"`{name.upper()}`", _default(RateSettings, name)) for name in _RATES)),
            _LINKS,
            _table(
                ("setting", "default"), ((f"`{name.upper()}`", _default(FileSettings, name)) for name in _LINK_BOUNDS)
            ),
        ]
    )


def _sizes() -> Iterable[Sequence[str]]:
    return [(_default(group, name), what, f"`{name.upper()}`") for what, group, name in _BOUNDS]


def _fixed() -> Iterable[Sequence[str]]:
    return [
        (f"{QueryLimits().max_work:,}", "fields, spreads and variables of all operations of a document together", ""),
        (f"{QueryLimits().max_variable_values:,}", "values in the variables, nested ones included", ""),
        (f"{MAX_PAGE_SIZE}", "items of a page (`first`)", ""),
        (f"{MAX_NODES}", "ids of `nodes`", ""),
        ("1", "operation in a request: batches are off", ""),
        (f"{MAX_CONTENT_BYTES:,}", "bytes of files in one answer, where `content` and `base64` are asked for", ""),
        (f"{MAX_DIFF_LINES:,}", "lines in the `hunks` of one answer", ""),
    ]


def _price(costs: CostTable, type_name: str, name: str) -> Sequence[str]:
    price = costs.price_of(type_name, name)
    items = {Count.PAGE: "`first`", Count.IDS: "`ids`", Count.ESTIMATE: f"{price.estimate} expected"}
    return str(price.points), items.get(price.count, "")


def _default(group: type[Group], name: str) -> str:
    return f"{group.model_fields[name].default:,}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    print(render(), end="")
