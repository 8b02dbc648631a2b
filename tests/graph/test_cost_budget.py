"""Bills: what operations ask for, use and get back, over the small schema."""

import asyncio
from math import ceil
from typing import Any

import pytest

from aura_gql.graph.cost_budget import CHARACTERS_A_POINT, DOCUMENT_POINTS, CostBudget
from aura_gql.graph.house_schema import HouseSchema
from tests.support.graph import Stage, make_budget, make_schema, make_viewer

LIST = "query ($n: Int) { items(first: $n) { nodes { value } } }"
OPERATION, FIELD, ITEM = 5, 10, 3


def reading(query: str) -> int:
    """What it costs to read an unknown document."""
    return DOCUMENT_POINTS + ceil(len(query) / CHARACTERS_A_POINT)


class World:
    """A schema whose documents are known, so that bills are for the operations alone."""

    def __init__(self, budget: CostBudget) -> None:
        self.schema: HouseSchema = make_schema(budget=budget)
        self.stage = Stage(values={str(number): "x" for number in range(30)})

    async def ask(self, query: str, name: str | None = None, address: str = "192.0.2.1", **variables: Any) -> Any:
        context = self.stage.context(make_viewer(name) if name else None)
        context.client = address
        return await self.schema.execute(query, variables, context_value=context)

    async def cost(self, query: str, **variables: Any) -> Any:
        return (await self.ask(query, **variables)).extensions["cost"]


@pytest.fixture
async def world() -> World:
    """Where `LIST` is known and paid by somebody else."""
    made = World(make_budget())
    await made.ask(LIST, address="198.51.100.7", n=1)
    return made


async def test_an_answer_tells_what_it_cost(world: World) -> None:
    cost = await world.cost(LIST, n=10)
    asked = OPERATION + FIELD + 10 * ITEM
    reset_at = cost.pop("resetAt")
    assert cost == {"requested": asked, "actual": asked, "limit": 1000, "remaining": 1000 - asked}
    assert reset_at.endswith("Z")
    assert (await world.cost(LIST, n=1))["remaining"] == 1000 - asked - OPERATION - FIELD - ITEM


async def test_what_a_list_did_not_return_comes_back(world: World) -> None:
    cost = await world.cost(LIST, n=100)
    assert (cost["requested"], cost["actual"]) == (OPERATION + FIELD + 100 * ITEM, OPERATION + FIELD + 30 * ITEM)
    assert cost["remaining"] == 1000 - cost["actual"]


async def test_who_has_spent_everything_can_end_what_runs(world: World) -> None:
    rename = 'rename(input: {itemName: "a"}) { item { id } }'
    stop, mixed = f"mutation {{ {rename} }}", f"mutation {{ ping {rename} }}"
    for known in (stop, mixed):
        await world.ask(known, "eve")
    while not (spent := await world.ask(mixed, "ada")).errors:
        pass

    answers = [await world.ask(stop, "ada") for _ in range(30)]

    assert spent.errors[0].extensions["code"] == "RATE_LIMITED"
    codes = [answer.errors[0].extensions["code"] if answer.errors else "done" for answer in answers]
    allowed = 1000 // (OPERATION + 50)
    left = 1000 % (OPERATION + 30 + 50) // (OPERATION + 50)
    assert codes == ["done"] * (left + allowed) + ["RATE_LIMITED"] * (30 - left - allowed)


async def test_an_unknown_document_is_paid_for_once(world: World) -> None:
    query = "{ hello }" + " " * 491
    assert [(await world.cost(query))["actual"] for _ in range(2)] == [35 + OPERATION + 1, OPERATION + 1]


async def test_what_is_invalid_is_paid_for_as_a_document_each_time(world: World) -> None:
    for query in ("{ nothing }" + " " * 489, "{ hello " + " " * 492):
        for _ in range(2):
            result = await world.ask(query)
            assert result.errors
            assert result.extensions["cost"]["actual"] == 35
    assert (await world.cost(LIST, n=1))["remaining"] == 1000 - 4 * 35 - OPERATION - FIELD - ITEM


async def test_wrong_variables_cost_nothing(world: World) -> None:
    cost = await world.cost(LIST, n="many")
    assert (cost["actual"], cost["remaining"]) == (0, 1000)


async def test_what_the_caller_may_not_costs_next_to_nothing(world: World) -> None:
    query = 'mutation { rename(input: {itemName: "a"}) { item { id } } }'
    await world.ask(query, address="198.51.100.7")
    cost = await world.cost(query)
    assert (cost["requested"], cost["actual"]) == (OPERATION + 50, OPERATION)


async def test_an_operation_beyond_the_limit_is_refused(world: World) -> None:
    query = "{ " + " ".join(f"a{n}: items(first: 100) {{ nodes {{ value }} }}" for n in range(2)) + " }"
    fetched = list(world.stage.fetched)
    result = await world.ask(query)
    (error,) = result.errors
    asked = OPERATION + 2 * (FIELD + 100 * ITEM)
    assert error.extensions["code"] == "QUERY_TOO_COMPLEX"
    assert error.message == f"The operation costs {asked} points; the limit is 500."
    assert world.stage.fetched == fetched
    document = result.extensions["cost"]["actual"]
    assert result.extensions["cost"]["remaining"] == 1000 - document
    assert document == reading(query)


async def test_no_operation_waits_for_more_than_there_ever_is() -> None:
    result = await World(make_budget(points=100)).ask(LIST, n=50)
    assert [error.extensions["code"] for error in result.errors] == ["QUERY_TOO_COMPLEX"]
    assert result.errors[0].message.endswith("the limit is 100.")


async def test_who_has_used_up_the_points_is_refused(world: World) -> None:
    query = LIST
    results = [await world.ask(query, n=30) for _ in range(12)]
    used = OPERATION + FIELD + 30 * ITEM
    ran = 1000 // used
    assert [result.errors is None for result in results] == [number < ran for number in range(12)]
    (error,) = results[-1].errors
    assert (error.extensions["code"], error.extensions["cost"], error.extensions["limit"]) == (
        "RATE_LIMITED",
        used,
        1000,
    )
    assert error.extensions["retryAfterS"] > 0
    cost = results[-1].extensions["cost"]
    assert (cost["requested"], cost["actual"], cost["remaining"]) == (used, 0, 1000 - ran * used)
    # What is left serves for something smaller; others have their own.
    assert (await world.ask(query, n=1)).errors is None
    assert (await world.ask(query, address="192.0.2.2", n=30)).errors is None
    assert (await world.ask(query, name="ada", n=30)).errors is None
    assert (await world.ask(query, name="eve", n=30)).extensions["cost"]["remaining"] == 1000 - used


async def test_who_has_nothing_left_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(make_budget(points=20))
    assert (await world.ask("{ hello }")).errors is None
    for query in ("{ hello nothing }", "{ syntax", "query A { hello }"):
        result = await world.ask(query)
        assert [error.extensions["code"] for error in result.errors] == ["RATE_LIMITED"]


async def test_two_at_once_do_not_both_get_the_last(world: World) -> None:
    results = await asyncio.gather(*(world.ask(LIST, n=25) for _ in range(30)))
    assert sum(result.errors is None for result in results) == 1000 // (OPERATION + FIELD + 25 * ITEM)


async def test_each_alias_is_charged(world: World) -> None:
    one, three = "{ a: hello }", "{ a: hello b: hello c: hello }"
    costs = [(await world.cost(query))["requested"] for query in (one, three)]
    assert costs == [reading(one) + OPERATION + 1, reading(three) + OPERATION + 3]


async def test_the_caller_can_ask_what_is_left(world: World) -> None:
    query = "{ rateLimit { limit cost remaining used resetAt } hello }"
    result = await world.ask(query, name="ada")
    shown, cost = result.data["rateLimit"], result.extensions["cost"]
    assert (shown["limit"], shown["cost"], shown["used"]) == (1000, cost["requested"], cost["requested"])
    assert shown["remaining"] == cost["remaining"]
    assert shown["resetAt"][:19] == cost["resetAt"][:19]


async def test_a_subscription_pays_at_its_start(world: World) -> None:
    context = world.stage.context(make_viewer("ada"))
    query, endless = "subscription { count(to: 3) }", "subscription { forever { id } }"
    stream = await world.schema.stream(query, context_value=context)
    results: list[Any] = [result async for result in stream]
    assert [result.data for result in results] == [{"count": 1}, {"count": 2}, {"count": 3}]
    assert [bool(result.extensions) for result in results] == [True, False, False]
    assert results[0].extensions["cost"]["actual"] == reading(query) + OPERATION + 40
    refused = await world.schema.stream(endless, context_value=world.stage.context())
    (result,) = [result async for result in refused]
    assert (result.extensions or {})["cost"]["actual"] == reading(endless) + OPERATION


async def test_what_fails_in_the_midst_is_paid_for(world: World) -> None:
    query = "{ items(first: 9) { nodes { value } } more: items(first: 0) { nodes { id } } }"
    cost = await world.cost(query)
    assert cost["actual"] == reading(query) + OPERATION + FIELD + 9 * ITEM + FIELD


def test_without_a_budget_nothing_is_told() -> None:
    result = asyncio.run(make_schema().execute("{ hello }", context_value=Stage().context()))
    assert not result.extensions


async def test_an_ipv6_customer_has_one_budget(world: World) -> None:
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2:3::4", "2001:db8:1:3::1", "::ffff:192.0.2.8", "::ffff:192.0.2.9")
    costs = [(await world.ask(LIST, address=address, n=1)).extensions["cost"]["remaining"] for address in addresses]
    used = OPERATION + FIELD + ITEM
    assert costs == [1000 - used, 1000 - 2 * used, *[1000 - used] * 3]
