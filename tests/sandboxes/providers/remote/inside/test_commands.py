"""What commands are given, and that none is left behind."""

import asyncio

import pytest

from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox
from aura_gql.sandboxes.values import Command, TerminalSpec
from tests.support.processes import run
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_commands_have_the_machines_environment(box: RemoteSandbox) -> None:
    said = dict(line.split("=", 1) for line in (await run(box, "env", env={"MINE": "1"})).text.splitlines())
    assert said["HOME"] == "/home/user"
    assert said["LANG"] == "C.UTF-8"
    assert said["USER"] == "user"
    assert said["MINE"] == "1"
    assert "TERM" not in said
    terminal = await box.open_terminal(TerminalSpec(["sh", "-c", "echo $TERM; pwd"]))
    shown = b"".join([data async for data in terminal.output()])
    assert shown == b"xterm-256color\r\n/home/user/project\r\n"


async def test_a_start_that_is_given_up_leaves_nothing(box: RemoteSandbox) -> None:
    for pause in (0.0, 0.001, 0.005):
        starting = asyncio.create_task(box.start_process(Command(["sleep", "601"])))
        await asyncio.sleep(pause)
        starting.cancel()
        await asyncio.wait({starting})
        if not starting.cancelled():
            await starting.result().terminate(grace_ms=0)

    async def none() -> bool:
        return (await run(box, "pgrep", "-x", "sleep")).text == ""

    await until(none)


async def test_what_nobody_reads_any_more_holds_no_command_back(box: RemoteSandbox) -> None:
    process = await box.start_process(Command(["head", "-c", "5000000", "/dev/zero"]))
    process._stream.abort()
    assert (await process.wait()).exit_code == 0
