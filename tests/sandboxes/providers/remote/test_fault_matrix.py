"""Each way in which a vendor can fail, met by each thing that is asked of a provider."""

from pathlib import Path

import pytest

from aura_gql.sandboxes.values import SandboxSpec
from tests.support.vendors.fault_matrix import CASES, ERRORS, HELD, OUTCOMES, REQUESTS, Asked, Fault, raised
from tests.support.vendors.remote import PaperWorld, bare, paper_world

ALWAYS = 50


def fail(world: PaperWorld, asked: Asked, fault: Fault, times: int) -> None:
    """Have that request fail."""
    mood = world.moods.after if fault is Fault.LOST else world.moods.before
    mood[REQUESTS[asked]].extend(ERRORS[fault]() for _ in range(times))


@pytest.mark.parametrize(("asked", "fault"), CASES)
async def test_the_outcome_is_that_of_the_table(tmp_path: Path, asked: Asked, fault: Fault) -> None:
    for times, expected in ((1, OUTCOMES[asked][fault].once), (ALWAYS, OUTCOMES[asked][fault].always)):
        folder = tmp_path / str(times)
        folder.mkdir()
        async with paper_world(folder) as other, paper_world(folder) as world:
            await other.provider.create(SandboxSpec("stranger", "project"))
            sandbox = await world.provider.create(HELD)
            if asked is Asked.RESUME:
                await sandbox.pause()
            fail(world, asked, fault, times)
            assert await raised(asked, world.provider, sandbox) is expected
            assert bare(sandbox).is_running is (asked is not Asked.STOP)
            world.moods.before.clear()
            world.moods.after.clear()
            # Whatever went wrong, the next round of the reaper leaves what is wanted and nothing else.
            wanted = [] if asked is Asked.STOP else [HELD.sandbox_id]
            await world.provider.remove_orphans(wanted)
            assert await world.machines() == wanted
