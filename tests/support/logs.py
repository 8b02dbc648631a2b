"""Logs as the server writes them, read back."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from aura_gql.infra.telemetry import configure_logging


@contextmanager
def logging_restored() -> Iterator[None]:
    """Logging is the process's own: put it back at the end."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    others = {name: logging.getLogger(name).level for name in list(logging.Logger.manager.loggerDict)}
    with warnings.catch_warnings():
        yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, its_level in others.items():
        logging.getLogger(name).setLevel(its_level)
    structlog.reset_defaults()


class JsonLog:
    """What was logged, one JSON object a line."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every line."""
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The lines of level error."""
        return [line for line in self.lines if line["level"] == "error"]


@contextmanager
def json_log() -> Iterator[JsonLog]:
    """The log of what runs inside, as production writes it."""
    with logging_restored():
        log = JsonLog()
        configure_logging("INFO", "json", "test", log.stream)
        yield log
