"""Errors as every path of the schema gives them."""

import asyncio
import logging

import pytest

from aura_gql.graph.limits import QueryLimits
from tests.support.graph import Stage, make_schema
from tests.support.waiting import until


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ fail(kind: "domain") }', "NOT_FOUND"),
        ('{ fail(kind: "database") }', "DATABASE_UNAVAILABLE"),
        ('{ fail(kind: "bug") }', "INTERNAL"),
        ("{ tooBig }", "INTERNAL"),
        ("{ items(first: 0) { totalCount } }", "INVALID_INPUT"),
        ("query ($v: String = null) { fail(kind: $v) }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { reset }", "UNAUTHENTICATED"),
    ],
)
async def test_executing_and_streaming_answer_alike(query: str, code: str) -> None:
    schema, stage = make_schema(), Stage()
    executed = await schema.execute(query, context_value=stage.context())
    stream = await schema.stream(query, context_value=stage.context())
    (streamed,) = [result async for result in stream]
    for result in (executed, streamed):
        errors = [error.extensions for error in getattr(result, "errors", None) or ()]
        assert [(facts["code"], facts["requestId"]) for facts in errors] == [(code, "request-1")]


async def test_null_for_an_argument_that_may_not_be_null() -> None:
    query = 'query ($v: String! = "domain") { fail(kind: $v) }'
    result = await make_schema().execute(query, {"v": None}, context_value=Stage().context())
    assert [(error.extensions or {})["code"] for error in result.errors or ()] == ["BAD_REQUEST"]


async def test_our_own_faults_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    schema = make_schema()
    await schema.execute('{ fail(kind: "bug") }', context_value=Stage().context())
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert isinstance(record.exc_info[1], KeyError)
    assert record.__dict__["request_id"] == "request-1"
    caplog.clear()
    await schema.execute('{ fail(kind: "domain") nothing }', context_value=Stage().context())
    await schema.execute('{ fail(kind: "domain") }')
    assert caplog.records == []


async def test_a_query_that_takes_too_long_is_ended_whole() -> None:
    schema, stage = make_schema(QueryLimits(timeout_s=0.1)), Stage()
    query = "{ hello never other: never items { nodes { value } } }"
    executed = await schema.execute(query, context_value=stage.context())
    stream = await schema.stream(query, context_value=stage.context())
    (streamed,) = [result async for result in stream]
    for result in (executed, streamed):
        (error,) = getattr(result, "errors", None) or []
        assert (getattr(result, "data", 0), error.path) == (None, None)
        assert error.extensions == {"code": "TIMEOUT", "requestId": "request-1", "retryable": True}
    await until(lambda: stage.waiting == 0)


async def test_a_query_that_is_abandoned_is_ended_whole() -> None:
    stage = Stage()
    task = asyncio.create_task(make_schema().execute("{ never }", context_value=stage.context()))
    await until(lambda: stage.waiting == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: stage.waiting == 0)


async def test_a_mutation_takes_the_time_it_needs() -> None:
    schema, stage = make_schema(QueryLimits(timeout_s=0.1)), Stage()
    mutation = asyncio.create_task(schema.execute("mutation { wait }", context_value=stage.context()))
    await until(lambda: stage.waiting == 1)
    assert (await schema.execute("{ never }", context_value=stage.context())).errors
    stage.leave.set()
    assert (await mutation).data == {"wait": True}
