"""Whatever of the agent dies, what it started dies with it, and the next use begins anew."""

import contextlib

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox
from aura_gql.sandboxes.values import Command, EndReason, SandboxFile
from tests.support.processes import alive, argv_of, first_line, run
from tests.support.vendors.remote import TryoutWorld
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

# The agent is what has the supervisor for a child, which has the keepers for children.
FIND = "read -r _ _ _ keeper _ < /proc/$$/stat; read -r _ _ _ supervisor _ < /proc/$keeper/stat;"
AGENT = f"{FIND} read -r _ _ _ agent _ < /proc/$supervisor/stat;"


@pytest.mark.parametrize("victim", ["$supervisor", "$agent", "$supervisor $agent"])
async def test_when_a_part_dies_nothing_is_left(tryout: TryoutWorld, box: RemoteSandbox, victim: str) -> None:
    await box.write_files([SandboxFile("kept", b"here")])
    process = await box.start_process(Command(argv_of("setsid sleep 600 & echo $!; wait")))
    daemon = await first_line(process)
    # Not before it is said that it runs.
    killer = await box.start_process(Command(argv_of(f"read -r go; {AGENT} kill -9 {victim}; sleep 600")))
    await killer.write_stdin(b"go\n")
    assert (await process.wait()).reason is EndReason.LOST
    assert (await killer.wait()).reason is EndReason.LOST
    assert [piece async for piece in process.output()] == []
    await process.terminate(grace_ms=10)
    await process.signal(15)

    async def read() -> str:
        with contextlib.suppress(ProviderUnavailable):  # until it is known that the agent has gone
            return (await run(box, "cat", "kept")).text
        return ""

    assert await until(read) == "here"

    async def gone() -> bool:
        return not await alive(box, daemon)

    if victim != "$supervisor $agent":  # Of both at once, the daemons are the guest's.
        await until(gone)
