"""Logs, as they reach a stream."""

import asyncio
import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from aura_gql.infra.operation_log import Kept, OperationLog
from aura_gql.infra.telemetry import configure_logging
from tests.support.logs import logging_restored


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    with logging_restored():
        # The loopback servers of other tests quieten uvicorn for the rest of their process.
        logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)
        yield


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    configure_logging("INFO", "json", "staging", stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_the_standard_library_and_structlog_look_alike(stream: io.StringIO) -> None:
    logging.getLogger("aura_gql.x").info("Job %s began", "a", extra={"attempt": 2})
    structlog.stdlib.get_logger("aura_gql.y").info("began", attempt=2)
    first, second = lines(stream)
    common = {"level": "info", "attempt": 2, "environment": "staging"}
    assert first.items() >= {**common, "event": "Job a began", "logger": "aura_gql.x"}.items()
    assert second.items() >= {**common, "event": "began", "logger": "aura_gql.y"}.items()
    assert str(first["timestamp"]).endswith("Z")


def test_below_the_level_nothing_is_logged(stream: io.StringIO) -> None:
    logging.getLogger("aura_gql").debug("quiet")
    logging.getLogger("pymongo.command").info("quiet")
    logging.getLogger("websockets.server").info("what a client sent")
    logging.getLogger("uvicorn.error").warning("heard")
    assert [line["event"] for line in lines(stream)] == ["heard"]


async def test_logs_carry_their_request_in_tasks_too(stream: io.StringIO) -> None:
    async def work() -> None:
        logging.getLogger("aura_gql").info("in a task")

    with structlog.contextvars.bound_contextvars(request_id="r1"):
        task = asyncio.create_task(work())
    await task
    logging.getLogger("aura_gql").info("outside")
    assert [line.get("request_id") for line in lines(stream)] == ["r1", None]


def test_a_traceback_is_part_of_its_line(stream: io.StringIO) -> None:
    try:
        raise LookupError("lost")
    except LookupError:
        logging.getLogger("aura_gql").exception("It failed")
    (line,) = lines(stream)
    assert "LookupError: lost" in str(line["exception"])


def test_secrets_are_hidden(stream: io.StringIO) -> None:
    log = structlog.stdlib.get_logger("aura_gql")
    log.info("connecting to mongodb://me:hunter2@db/", session_token="hunter2", Authorization="hunter2")
    try:
        raise OSError("no answer from mongodb://me:hunter2@db/")
    except OSError:
        log.exception("failed")
    assert "hunter2" not in stream.getvalue()
    assert "mongodb://[hidden]@db/" in stream.getvalue()


def test_configuring_again_does_not_double_the_lines(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", "staging", stream)
    logging.getLogger("uvicorn.error").error("once")
    assert len(lines(stream)) == 1


def test_at_debug_libraries_still_keep_quiet(stream: io.StringIO) -> None:
    configure_logging("DEBUG", "json", "staging", stream)
    logging.getLogger("websockets.server").debug("< TEXT what a client sent")
    logging.getLogger("aura_gql.x").debug("heard")
    assert [line["event"] for line in lines(stream)] == ["heard"]


def test_the_line_of_an_operation_looks_like_the_others(stream: io.StringIO) -> None:
    OperationLog(Kept.ALL).write("OK", {"request_id": "r1", "operation": "A", "duration_ms": 1.5})
    logging.getLogger("aura_gql.x").info("another", extra={"request_id": "r1", "operation": "A", "duration_ms": 1.5})
    (operation, other) = lines(stream)
    assert operation.keys() == other.keys() - {"message"}  # pytest's own handler leaves that.
    assert operation.items() >= {"event": "operation", "level": "info", "logger": "aura_gql.operations"}.items()
    assert str(operation["timestamp"])[:16] == str(other["timestamp"])[:16]
    assert str(operation["timestamp"]).endswith("Z")


def test_for_people_the_line_of_an_operation_is_text() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "console", "development", stream)
    OperationLog(Kept.ALL).write("OK", {"request_id": "r1", "operation": "A"})
    assert "operation=A" in stream.getvalue()
    assert "facts" not in stream.getvalue()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_nobody_can_forge_a_line_or_make_one_grow(log_format: Literal["json", "console"]) -> None:
    stream = io.StringIO()
    configure_logging("INFO", log_format, "staging", stream)
    forged = 'x\n2026-01-01 [info] forged\r\x1b[31m\u2028\x85" ' + "y" * 10_000
    log = logging.getLogger("aura_gql")
    log.info("said %s", forged, extra={"given": forged, "nested": {"given": forged}})
    try:
        raise ValueError(forged)
    except ValueError:
        log.exception("failed")
    text = stream.getvalue()
    assert len(text) < 5_000
    assert not {"\x1b", "\r", "\u2028", "\x85"} & set(text)
    assert not [line for line in text.splitlines() if line.startswith("2026-01-01")]
    assert len([line for line in text.split("\n") if "said" in line]) == 1


def test_warnings_are_logged(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("mind this", UserWarning, stacklevel=1)
    assert "mind this" in stream.getvalue()


def test_for_people_it_is_text() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "console", "development", stream)
    try:
        raise LookupError("lost")
    except LookupError:
        logging.getLogger("aura_gql").exception("It failed", extra={"job": "a"})
    text = stream.getvalue()
    assert "It failed" in text
    assert "job=a" in text
    assert "LookupError: lost" in text
    assert "development" not in text
    assert "\x1b" not in text
