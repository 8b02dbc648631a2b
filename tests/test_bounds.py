"""What the settings make of each room's bounds."""

import sys
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from aura_gql.bounds import (
    cost_budget,
    create_counters,
    file_limits,
    query_limits,
    quota_limits,
    retention_limits,
    sandbox_operations,
)
from aura_gql.infra.rate_limits import CounterStore
from aura_gql.settings import SettingsError
from tests.support.api import settings_for


def test_each_bound_is_that_of_its_setting(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        "none",
        graph={"max_query_depth": 7, "introspection_enabled": False},
        files={
            "file_history_retention_days": 3,
            "max_file_bytes": 11,
            "max_file_operations": 15,
            "max_file_operations_bytes": 16,
            "max_files_per_user": 12,
            "max_storage_bytes_per_user": 14,
        },
    )

    assert (query_limits(settings).max_depth, query_limits(settings).introspection) == (7, False)
    files = file_limits(settings)
    assert (files.max_file_bytes, files.max_batch_operations, files.max_batch_bytes) == (11, 15, 16)
    quota = quota_limits(settings)
    assert (quota.max_files, quota.max_bytes) == (12, 14)
    retention = retention_limits(settings)
    assert (retention.kept_s, retention.max_revisions, retention.recent_s) == (3 * 86_400, 5_000, 2 * 86_400)


async def test_each_rate_is_that_of_its_setting(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        "none",
        graph={"max_query_cost": 5},
        rates={
            "user_cost_limit": 17,
            "anonymous_cost_limit": 19,
            "cost_window_s": 3,
            "sandbox_operations_limit": 23,
            "sandbox_operations_window_s": 900,
        },
    )
    budget, operations = cost_budget(settings, CounterStore(None)), sandbox_operations(settings, CounterStore(None))

    assert (budget.max_cost, budget.users.limit, budget.addresses.limit, operations.limit) == (5, 17, 19, 23)
    assert (await budget.users.look("ada")).resets_at <= time.time() + 3


def test_counting_in_redis_needs_its_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path, "none", rates={"redis_url": SecretStr("redis://127.0.0.1:1")})
    assert create_counters(settings).open()
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(SettingsError, match="REDIS_URL: needs the extra"):
        create_counters(settings)
