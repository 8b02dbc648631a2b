"""Comparing beside the loop."""

import asyncio

from aura_gql.files.diffing.differ import Differ
from aura_gql.files.diffing.records import DiffLimits


async def test_many_compare_at_once_and_each_gets_its_own() -> None:
    differ = Differ(DiffLimits(max_bytes=10))

    found = await asyncio.gather(*(differ.compare(b"a\n" * n, b"b\n" * n) for n in range(8)))

    assert [None if diff is None else diff.additions for diff in found] == [0, 1, 2, 3, 4, 5, None, None]
