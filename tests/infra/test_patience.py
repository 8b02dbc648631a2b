"""Waiting out a database that is away."""

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from aura_gql.infra.patience import patiently


class Database:
    """Fails a number of times before it answers."""

    def __init__(self, error: Exception, failures: int) -> None:
        self.error = error
        self.failures = failures
        self.calls = 0

    async def ask(self) -> str:
        """Answer, or fail."""
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return "answer"


async def test_a_lost_connection_is_tried_again() -> None:
    database = Database(AutoReconnect("gone"), 2)
    assert await patiently(database.ask) == "answer"
    assert database.calls == 3


async def test_patience_ends() -> None:
    database = Database(AutoReconnect("gone"), 1_000)
    with pytest.raises(AutoReconnect):
        await patiently(database.ask, patience_s=0.1)
    assert database.calls > 1


async def test_a_refusal_is_no_absence() -> None:
    database = Database(OperationFailure("no"), 1)
    with pytest.raises(OperationFailure):
        await patiently(database.ask)
    assert database.calls == 1
