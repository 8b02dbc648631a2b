"""Which operations get a line, and how loud it is."""

import logging

import pytest

from aura_gql.infra.operation_log import OPERATION_LOGGER, Kept, OperationLog


@pytest.mark.parametrize(
    ("kept", "outcomes"),
    [
        (Kept.ALL, ["OK", "CANCELLED", "NOT_FOUND", "INTERNAL"]),
        (Kept.FAILED, ["NOT_FOUND", "INTERNAL"]),
        (Kept.NONE, []),
    ],
)
def test_the_setting_decides(kept: Kept, outcomes: list[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, OPERATION_LOGGER)
    for outcome in ("OK", "CANCELLED", "NOT_FOUND", "INTERNAL"):
        OperationLog(kept).write(outcome, {"outcome": outcome})
    assert [vars(record)["facts"]["outcome"] for record in caplog.records] == outcomes


def test_our_own_faults_are_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, OPERATION_LOGGER)
    for outcome in ("OK", "INVALID_INPUT", "INTERNAL", "DATABASE_UNAVAILABLE"):
        OperationLog(Kept.ALL).write(outcome, {"outcome": outcome})
    assert [vars(record)["facts"]["outcome"] for record in caplog.records] == ["INTERNAL", "DATABASE_UNAVAILABLE"]
