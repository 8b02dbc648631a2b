"""Lending uids."""

from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.uids import CONTAINER_UID_COUNT, FIRST_CONTAINER_UID, FIRST_UID, UidPool


@pytest.mark.parametrize(
    ("uid_map", "first", "last"),
    [
        ("0 0 4294967295\n", FIRST_UID, 0xFFFF_FFFE),
        ("0 100000 65536\n", FIRST_CONTAINER_UID, FIRST_CONTAINER_UID + CONTAINER_UID_COUNT),
    ],
)
def test_lends_each_uid_once(tmp_path: Path, uid_map: str, first: int, last: int) -> None:
    (tmp_path / "uid_map").write_text(uid_map)
    pool = UidPool(tmp_path / "uid_map")
    lent = [pool.lend() for _ in range(1000)]
    assert len(set(lent)) == 1000
    assert all(first <= uid < last for uid in lent)
    for uid in lent:
        pool.give_back(uid)
    assert pool.lend() >= first
