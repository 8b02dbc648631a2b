"""Folders that are kept while nothing is in them."""

import pytest

from aura_gql.sandboxes.errors import UnsafePath
from aura_gql.sandboxes.syncing.folders import make_folders
from tests.support.sandboxes import SandboxBench
from tests.support.syncing import on_disk, ran


async def test_folders_come_to_be_with_those_that_they_are_in(bench: SandboxBench) -> None:
    machine = await ran(bench, (await bench.running()).id, "mkdir full; touch full/x; ln -s full link")
    long = "/".join(["ä" * 60] * 4)
    await make_folders(machine, ["new/folder", "full", long])
    await make_folders(machine, [])
    assert {"new/", "new/folder/", "full/x", f"{long}/"} <= (await on_disk(machine)).keys()
    with pytest.raises(UnsafePath):
        await make_folders(machine, ["link/new"])
