"""One line for each operation."""

import logging
from collections.abc import Mapping
from enum import StrEnum
from logging import INFO, WARNING, LogRecord

OPERATION_LOGGER = "aura_gql.operations"
"""The name of the logger that these lines come from."""

_QUIET_OUTCOMES = frozenset({"OK", "CANCELLED"})
OUR_FAULTS = frozenset({"INTERNAL", "DATABASE_UNAVAILABLE", "STORAGE_UNAVAILABLE", "PROVIDER_UNAVAILABLE", "TIMEOUT"})
"""Outcomes that no client can help."""


class Kept(StrEnum):
    """Which operations get a line."""

    ALL = "all"
    FAILED = "failed"
    NONE = "none"


class OperationLog:
    """Writes a line with the facts of an operation that has ended: at INFO, or at WARNING where it is our own fault.

    The facts are names, ids and numbers; never a document, a variable, a header or what a resolver gave.
    """

    def __init__(self, kept: Kept) -> None:
        """`kept` says of which operations."""
        self._kept = kept
        self._log = logging.getLogger(OPERATION_LOGGER)

    def write(self, outcome: str, facts: Mapping[str, object]) -> None:
        """Write the line, if it is wanted. `facts` are JSON-able, each short: `telemetry` writes them as they are."""
        if self._kept is Kept.NONE or (self._kept is Kept.FAILED and outcome in _QUIET_OUTCOMES):
            return
        level = WARNING if outcome in OUR_FAULTS else INFO
        if self._log.isEnabledFor(level):
            # Made by hand: looking for who logs takes longer than everything else about the line.
            record = LogRecord(OPERATION_LOGGER, level, "", 0, "operation", None, None)
            record.facts = facts
            self._log.handle(record)
