"""Projects and remote machines, over links that break: the main paths of syncing, unchanged."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from tests.sandboxes.syncing.test_syncer import (
    test_a_user_decides_and_no_side_is_lost as test_a_user_decides,
)
from tests.sandboxes.syncing.test_syncer import (
    test_each_way_takes_what_is_wanted_and_two_at_once_do_it_once as test_each_way_takes_what_is_wanted,
)
from tests.support.far_files import FarFilesProvider
from tests.support.sandboxes import SandboxBench, sandbox_bench
from tests.support.vendors.remote import tryout_world

__all__ = ["test_a_user_decides", "test_each_way_takes_what_is_wanted"]


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> AsyncIterator[SandboxBench]:
    """A server as far as its sandboxes, which are guests of this host with our agent in them."""
    async with (
        tryout_world(lengths=breaking) as world,
        sandbox_bench(database, tmp_path, provider=cast(LocalProvider, world.provider)) as bench,
    ):
        yield bench


def breaking() -> tuple[int, int]:
    """Links that last for some calls."""
    return 400_000, 400_000


async def test_a_project_of_hundreds_of_files_arrives_at_once(database: Database, tmp_path: Path) -> None:
    files = {f"src/part{n % 20}/module_{n}.py": b"x = %d\n" % n * 40 for n in range(300)}
    provider = FarFilesProvider(tmp_path / "sandboxes")
    async with sandbox_bench(database, tmp_path, provider=provider) as bench:
        record = await bench.running(await bench.project(files))
        machine = await bench.sandboxes.attach(record.id)
        found = await machine.list_files(".", 1_000, recursive=True)
    assert {info.path: info.size for info in found if info.path in files} == {p: len(d) for p, d in files.items()}
    assert provider.asked["files.write"] == 1
