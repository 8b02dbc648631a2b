"""Counting what goes wrong by what is logged."""

import logging

import pytest
import structlog
from pymongo.errors import AutoReconnect

from aura_gql.infra.unexpected_errors import UnexpectedErrors
from aura_gql.kernel.background import BackgroundTasks
from tests.support.logs import json_log


@pytest.fixture
def errors() -> UnexpectedErrors:
    return UnexpectedErrors()


def test_an_error_counts_where_it_comes_with_its_exception(errors: UnexpectedErrors) -> None:
    log = logging.getLogger("aura_gql.files.service")
    with errors.counting():
        log.error("told", exc_info=KeyError("x"))
        log.error("without an exception")
        log.warning("less", exc_info=KeyError("x"))
        log.error("an outage", exc_info=AutoReconnect("gone"))
        logging.getLogger("asyncio").error("never retrieved", exc_info=KeyError("x"))
        try:
            raise KeyError("x")
        except KeyError:
            log.exception("caught")
    log.error("nobody looks", exc_info=KeyError("x"))
    assert (errors.total, dict(errors.counts)) == (3, {"files": 2, "asyncio": 1})


def test_errors_of_structlog_count(errors: UnexpectedErrors) -> None:
    log = structlog.get_logger("aura_gql.executions.run")
    with json_log() as written, errors.counting():
        log.error("execution.failed", exc_info=KeyError("x"))
        log.error("sandbox.not_stopped", reason="x")
        try:
            raise KeyError("x")
        except KeyError:
            log.exception("caught")
    assert dict(errors.counts) == {"executions": 2}
    assert [line["event"] for line in written.errors] == ["execution.failed", "sandbox.not_stopped", "caught"]


async def test_a_background_task_is_logged_once_with_the_request_that_began_it(errors: UnexpectedErrors) -> None:
    async def fail() -> None:
        raise KeyError("x")

    tasks = BackgroundTasks()
    with json_log() as written, errors.counting():
        with structlog.contextvars.bound_contextvars(request_id="request-1"):
            tasks.spawn(fail(), "failing")
        await tasks.join()
    assert dict(errors.counts) == {"kernel": 1}
    (line,) = written.errors
    assert (line["request_id"], line["event"]) == ("request-1", "Background task failing failed")
    assert "KeyError: 'x'" in line["exception"]
