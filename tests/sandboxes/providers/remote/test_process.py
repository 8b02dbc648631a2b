"""Output, errors and input of a process, in order."""

import pytest

from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox
from aura_gql.sandboxes.values import Command, OutputStream
from tests.support.processes import argv_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_both_outputs_come_apart_and_input_goes_in(box: RemoteSandbox) -> None:
    process = await box.start_process(Command(argv_of("read line; echo out-$line; echo err-$line >&2; cat")))
    await process.write_stdin(b"x\nrest")
    await process.close_stdin()
    await process.write_stdin(b"nobody")
    came = dict.fromkeys(OutputStream, b"")
    async for piece in process.output():
        came[piece.stream] += piece.data
    assert came == {OutputStream.STDOUT: b"out-x\nrest", OutputStream.STDERR: b"err-x\n"}
    assert (await process.wait()).exit_code == 0
