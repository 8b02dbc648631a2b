"""A project started in a sandbox by a command, and looked at through a preview URL as a browser would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.support.api import Member
from tests.support.examples import example
from tests.support.journeys import finished, running_sandbox
from tests.support.waiting import until

_RUN, _PREVIEW, _DELETE = example("RunCommand"), example("CreatePreviewUrl"), example("DeleteSandbox")
_STATE = """query ($sandbox: ID!, $execution: ID!) {
    sandbox(id: $sandbox) { ports { port } }
    execution(id: $execution) { finishedAt }
}"""


@asynccontextmanager
async def previewed(
    member: Member, project: str, command: str, timeout_s: float = 60
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the preview of what `command` serves in a new sandbox of the project, which goes with the block.

    AssertionError, with what the command printed, where it ends before it listens, and where it does not within
    `timeout_s`.
    """
    sandbox = await running_sandbox(member, project)
    wish = {"sandboxId": sandbox, "command": command, "background": True}
    execution = str((await member.execute(_RUN, input=wish))["runCommand"]["execution"]["id"])
    port = await until(lambda: _listening(member, sandbox, execution), timeout_s)
    made = (await member.execute(_PREVIEW, input={"sandboxId": sandbox, "port": port}))["createPreviewUrl"]
    assert made["errors"] == []
    url = httpx.URL(made["previewUrl"]["url"])
    base, headers = f"http://127.0.0.1:{url.port}", {"host": url.netloc.decode()}
    async with httpx.AsyncClient(base_url=base, headers=headers, follow_redirects=True, timeout=120) as browser:
        yield browser
    await member.execute(_DELETE, input={"sandboxId": sandbox})


async def _listening(member: Member, sandbox: str, execution: str) -> int | None:
    state = await member.execute(_STATE, sandbox=sandbox, execution=execution)
    if state["execution"]["finishedAt"] is not None:
        raise AssertionError(await printed(member, execution))
    return next((int(each["port"]) for each in state["sandbox"]["ports"]), None)


async def printed(member: Member, execution: str) -> str:
    """All that an execution printed until its end, and how it ended."""
    chunks, end = await finished(member, execution)
    return "".join(chunk["text"] or "" for chunk in chunks) + f"\n{end['status']}, exit code {end['exitCode']}"
