"""Logs: one line each, JSON for machines or text for people, with the request they belong to."""

import copy
import logging
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from aura_gql.infra.operation_log import OPERATION_LOGGER
from aura_gql.infra.redaction import bound, hide_secrets, tell_exceptions

_OURS = "aura_gql"
# Not even made: each would cost something.
_QUIET = ("pymongo", "asyncio", "taskiq", "botocore", "aiobotocore", "boto3", "httpx", "httpcore", "uvicorn.access")
_TAKEN_OVER = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "pymongo", "taskiq")


class _OurHandler(logging.StreamHandler[TextIO]):
    """Known by its class, so that configuring again replaces it alone.

    Of others' lines it takes only warnings and worse: below, libraries tell what clients sent them.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or record.name.partition(".")[0] == _OURS


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Writes the line of an operation by itself, since there is one for each; all others go through structlog."""

    def __init__(self, environment: str, log_format: Literal["console", "json"], stream: TextIO) -> None:
        super().__init__(
            foreign_pre_chain=_common(environment),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(log_format, stream)],
        )
        self._environment = environment
        self._is_json = log_format == "json"

    def format(self, record: logging.LogRecord) -> str:
        if record.name != OPERATION_LOGGER:
            return super().format(record)
        if not self._is_json:
            spread = copy.copy(record)
            vars(spread).update(vars(spread).pop("facts"))
            return super().format(spread)
        line = {
            **vars(record)["facts"],
            "event": record.msg,
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": datetime.now(UTC),
            "environment": self._environment,
        }
        return orjson.dumps(line, option=orjson.OPT_UTC_Z).decode()


def configure_logging(
    level: str, log_format: Literal["console", "json"], environment: str, stream: TextIO | None = None
) -> None:
    """Send every log, the standard library's and its users' included, to `stream` (stderr); safe to repeat.

    `level` is the least severity of ours; libraries log from WARNING on. Give uvicorn `log_config=None`.
    """
    stream = stream or sys.stderr
    handler = _OurHandler(stream)
    handler.setFormatter(_Formatter(environment, log_format, stream))
    root = logging.getLogger()
    root.handlers[:] = [*(other for other in root.handlers if not isinstance(other, _OurHandler)), handler]
    root.setLevel(level)
    for name in _TAKEN_OVER:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*_common(environment), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _common(environment: str) -> list[Processor]:
    def label(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("environment", environment)
        event.pop("color_message", None)  # uvicorn says everything twice
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        label,
    ]


def _rendering(log_format: Literal["console", "json"], stream: TextIO) -> list[Processor]:
    safe: list[Processor] = [structlog.processors.StackInfoRenderer(), tell_exceptions, hide_secrets, bound]
    if log_format == "json":
        return [*safe, structlog.processors.JSONRenderer()]
    return [_drop_environment, *safe, structlog.dev.ConsoleRenderer(colors=stream.isatty())]


def _drop_environment(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event.pop("environment", None)
    return event
