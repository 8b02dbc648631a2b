"""Whatever a server was doing when it was killed, the next one leaves what the records want, and nothing else."""

import asyncio
import shutil
import sys
from pathlib import Path

from tests.support.vendors.remote import paper_world
from tests.support.vendors.victim import SPEC


async def test_killed_at_each_step(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tests.support.vendors.victim", str(tmp_path))
    victim = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await victim.communicate()
    assert victim.returncode == 0
    killed_at = told.decode().split()
    requests = {step.partition(":")[0] for step in killed_at}
    assert requests == {"create", "list", "pause", "resume", "extend", "destroy"}
    accounts = sorted(tmp_path.iterdir(), key=lambda folder: int(folder.name))
    assert len(accounts) == len(killed_at) + 1
    left = 0
    for account in accounts:
        twin = tmp_path / f"{account.name}-unwanted"
        shutil.copytree(account, twin)
        async with paper_world(account) as wanting, paper_world(twin) as sweeping:
            before = await wanting.machines()
            left += len(before)
            await sweeping.provider.remove_orphans([])
            assert await sweeping.machines() == []
            assert await wanting.provider.remove_orphans([SPEC.sandbox_id]) == []
            assert await wanting.machines() == before
            # The call that the killed server made is repeated: what it made is taken over, never a second.
            await wanting.provider.create(SPEC)
            assert await wanting.machines() == [SPEC.sandbox_id]
            assert wanting.vendor.asked.count("create") == (not before)
    assert left > 5
