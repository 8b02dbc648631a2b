"""The limits of a sandbox."""

import resource

import pytest

from aura_gql.sandboxes.providers.local.limits import DATA_PER_MEMORY, MIB, LocalLimits


def test_rlimits_follow_the_limits() -> None:
    limits = LocalLimits(memory_bytes=512 * MIB, processes=7, open_files=99)
    rlimits = limits.rlimits()
    assert rlimits[resource.RLIMIT_NPROC] == 7
    assert rlimits[resource.RLIMIT_NOFILE] == 99
    assert rlimits[resource.RLIMIT_DATA] == DATA_PER_MEMORY * 512 * MIB
    assert rlimits[resource.RLIMIT_CORE] == 0


def test_refuses_folders_that_could_eat_all_memory() -> None:
    with pytest.raises(ValueError, match="memory_bytes"):
        LocalLimits(memory_bytes=128 * MIB, tmp_bytes=64 * MIB, shm_bytes=0)
