"""Who may look at a sandbox's disk, and when."""

import pytest
from bson import ObjectId

from aura_gql.kernel.page import PageRequest
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from tests.support.sandboxes import OWNER, SandboxBench


async def test_only_the_owner_and_only_here(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project({"main.py": b"print()"}))
    disks = bench.sandboxes.disks
    assert [info.path for info in (await disks.list_files(OWNER, record.id, ".", PageRequest())).items] == ["main.py"]
    assert (await disks.stat(OWNER, record.id, "main.py")).size == 7
    assert await disks.read(OWNER, record.id, "main.py") == b"print()"
    for viewer, sandbox_id in (("somebody else", record.id), (OWNER, ObjectId())):
        with pytest.raises(SandboxNotFound):
            await disks.list_files(viewer, sandbox_id, ".", PageRequest())
    with pytest.raises(SandboxNotRunning, match="another server"):
        await bench.more().disks.read(OWNER, record.id, "main.py")
    await bench.sandboxes.stop(OWNER, record.id)
    with pytest.raises(SandboxNotRunning, match="not running"):
        await disks.read(OWNER, record.id, "main.py")
