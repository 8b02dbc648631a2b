"""A terminal in a vendor's machine."""

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox
from aura_gql.sandboxes.values import TerminalSpec
from tests.support.processes import argv_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_shows_takes_and_changes_its_size(box: RemoteSandbox) -> None:
    with pytest.raises(InvalidInput, match="rows"):
        await box.open_terminal(TerminalSpec(["true"], rows=0))
    script = "trap 'stty size; exit 3' WINCH; stty -echo; echo up; while :; do read line && echo got-$line; done"
    terminal = await box.open_terminal(TerminalSpec(argv_of(script), columns=81, rows=25))
    output = terminal.output()
    assert await anext(output) == b"up\r\n"
    await terminal.write(b"word\r")
    assert await anext(output) == b"got-word\r\n"
    with pytest.raises(InvalidInput, match="columns"):
        await terminal.resize(0, 1)
    await terminal.resize(100, 30)
    await terminal.write(b"\r")
    assert b"30 100" in b"".join([data async for data in output])
    assert (await terminal.wait()).exit_code == 3
