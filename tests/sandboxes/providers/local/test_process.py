"""One command on the host's side; most of what it must do stands in the contract."""

import asyncio
import contextlib
import os

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, EndReason, SandboxFile, SandboxSpec
from tests.support.local_sandbox import host_pids, open_channels
from tests.support.processes import argv_of, finished, first_line, run
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_leaves_no_descriptor_behind(sandbox: LocalSandbox) -> None:
    await run(sandbox, "true")
    before = open_channels()
    for _ in range(10):
        await run(sandbox, "sh", "-c", "echo a; echo b >&2; exit 1")
        process = await sandbox.start_process(Command(["sleep", "600"]))
        await process.terminate(grace_ms=0)
        await process.wait()
    with pytest.raises(InvalidInput):
        await sandbox.start_process(Command(["missing"]))
    await until(lambda: open_channels() <= before)
    await until(lambda: len(host_pids(sandbox)) == 1)


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 20, 100])
async def test_a_cancelled_start_leaves_nothing(sandbox: LocalSandbox, turns: int) -> None:
    await run(sandbox, "true")
    before = open_channels()
    for _ in range(5):
        starting = asyncio.create_task(sandbox.start_process(Command(["sleep", "600"])))
        for _ in range(turns):
            await asyncio.sleep(0)
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await (await starting).terminate(grace_ms=0)
    await until(lambda: len(host_pids(sandbox)) == 1)
    await until(lambda: open_channels() <= before)


async def test_cancelling_a_wait_harms_nobody(sandbox: LocalSandbox) -> None:
    process = await sandbox.start_process(Command(argv_of("read line; echo $line; exit 4")))

    async def first() -> object:
        return await anext(process.output())

    for waiting in (asyncio.create_task(process.wait()), asyncio.create_task(first())):
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await process.write_stdin(b"still\n")
    outcome = await finished(process)
    assert (outcome.text, outcome.status.exit_code) == ("still", 4)


async def test_a_cancelled_terminate_goes_on(sandbox: LocalSandbox) -> None:
    process = await sandbox.start_process(Command(argv_of("trap '' TERM; echo ready; while :; do :; done")))
    assert await first_line(process) == "ready"
    ending = asyncio.create_task(process.terminate(grace_ms=100))
    await asyncio.sleep(0)
    ending.cancel()
    assert (await process.wait()).signal == 9


async def test_a_lost_machine_is_told(provider: LocalProvider) -> None:
    sandbox = await provider.create(SandboxSpec("lost", "project"))
    process = await sandbox.start_process(Command(argv_of("echo ready; sleep 600")))
    assert await first_line(process) == "ready"
    os.kill(sandbox.host_pid, 9)
    assert (await process.wait()).reason is EndReason.LOST
    assert [piece async for piece in process.output()] == []
    await process.terminate(grace_ms=10)
    await process.write_stdin(b"nobody")
    await process.close_stdin()
    await sandbox.stop()


async def test_a_program_that_is_no_program(sandbox: LocalSandbox) -> None:
    await sandbox.write_files([SandboxFile("plain", b"not executable"), SandboxFile("odd", b"\0\1\2", True)])
    with pytest.raises(InvalidInput, match="Permission denied"):
        await sandbox.start_process(Command(["./plain"]))
    with pytest.raises(InvalidInput, match="format"):
        await sandbox.start_process(Command(["./odd"]))


async def test_many_at_once(sandbox: LocalSandbox) -> None:
    outcomes = await asyncio.gather(*(run(sandbox, "echo", str(index)) for index in range(12)))
    assert [outcome.text for outcome in outcomes] == [str(index) for index in range(12)]
