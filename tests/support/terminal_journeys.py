"""What a user does with terminals, over the API."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from tests.support.api import Data, Member
from tests.support.examples import example

OPEN, WRITE, RESIZE, CLOSE = (example(f"{verb}Terminal") for verb in ("Open", "Write", "Resize", "Close"))
OUTPUT = """subscription ($id: ID!, $after: Int!) { terminalOutput(id: $id, after: $after) {
    __typename
    ... on TerminalOutput { firstSequence lastSequence text base64 at }
    ... on TerminalGap { firstSequence lastSequence }
    ... on TerminalClosed { lastSequence terminal { id status ending exitCode signal reason lastSequence closedAt } }
} }"""


async def payload(member: Member, mutation: str, /, **fields: Any) -> Data:
    """The payload of a mutation, errors included."""
    (found,) = (await member.execute(mutation, input=fields)).values()
    return dict(found)


async def done(member: Member, mutation: str, /, **fields: Any) -> Data:
    """The payload of a mutation that works."""
    found = await payload(member, mutation, **fields)
    assert found["errors"] == []
    return found


async def opened(member: Member, sandbox: str, *command: str, **fields: Any) -> str:
    """The id of a new terminal."""
    wish = {"sandboxId": sandbox, "command": list(command) or None, **fields}
    return str((await done(member, OPEN, **wish))["terminal"]["id"])


async def watch(member: Member, terminal: str, after: int = 0) -> AsyncGenerator[Data, None]:
    """What `terminalOutput` streams, to its end."""
    async with aclosing(member.subscribe(OUTPUT, id=terminal, after=after)) as events:
        async for data in events:
            yield data["terminalOutput"]


async def shown_until(events: AsyncIterator[Data], text: str) -> str:
    """What it shows up to the event that brings `text`."""
    shown = ""
    async for event in events:
        shown += event.get("text") or ""
        if text in shown:
            return shown
    raise AssertionError(f"It ended without {text!r}: {shown!r}.")
