"""What the settings make of each room's bounds."""

from pathlib import Path

from aura_gql.bounds import execution_limits, file_limits, local_limits, query_limits, sandbox_limits
from tests.support.api import settings_for

MIB = 1024 * 1024


def test_small_sandboxes_leave_memory_for_programs(tmp_path: Path) -> None:
    limits = local_limits(settings_for(tmp_path, "none", sandboxes={"sandbox_memory_bytes": 64 * MIB}))

    assert limits.memory_bytes == 64 * MIB
    assert limits.tmp_bytes + limits.shm_bytes <= 32 * MIB


def test_each_bound_is_that_of_its_setting(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        "none",
        graph={"max_query_depth": 7, "introspection_enabled": False},
        files={"max_file_bytes": 11},
        sandboxes={"sandbox_idle_timeout_s": 13},
        executions={"execution_output_retention_days": 2},
    )

    assert (query_limits(settings).max_depth, query_limits(settings).introspection) == (7, False)
    assert file_limits(settings).max_file_bytes == 11
    assert sandbox_limits(settings).idle_timeout_s == 13
    assert execution_limits(settings).output_ttl_s == 2 * 24 * 3600
