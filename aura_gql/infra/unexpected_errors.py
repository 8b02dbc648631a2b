"""Counting what nobody expected to go wrong."""

import logging
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aura_gql.infra.mongo import is_database_unavailable

_OURS = "aura_gql"


class UnexpectedErrors(logging.Handler):
    """Counts every error that is logged with its exception, in a request or beside one: each is a fault of ours.

    A database that does not answer is none. Hanging on the log, it also sees what asyncio and the HTTP server report.
    """

    def __init__(self) -> None:
        """At zero, and not yet looking."""
        super().__init__(logging.ERROR)
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there were, by the room or the library that logged them: `graph`, `executions`, `asyncio`…"""
        return self._counts

    @property
    def total(self) -> int:
        """How many there were."""
        return self._counts.total()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Look at the log as long as the context lasts."""
        logging.getLogger().addHandler(self)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        error = _exception_of(record)
        if error is not None and not is_database_unavailable(error):
            self._counts[_source(record.name)] += 1


def _exception_of(record: logging.LogRecord) -> BaseException | None:
    """The exception of a record; structlog keeps it in the message."""
    told = record.msg.get("exc_info") if isinstance(record.msg, dict) else record.exc_info
    if told is True:
        told = sys.exc_info()
    if isinstance(told, tuple):
        told = told[1]
    return told if isinstance(told, BaseException) else None


def _source(logger_name: str) -> str:
    first, _, rest = logger_name.partition(".")
    return rest.partition(".")[0] if first == _OURS and rest else first
