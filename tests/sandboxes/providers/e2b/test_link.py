"""A link over a command's handle: bounded, in order, and over only once all that came has been read."""

import asyncio
from dataclasses import dataclass, field

import pytest

from aura_gql.sandboxes.providers.e2b.link import CommandLink
from aura_gql.sandboxes.providers.remote.errors import LinkBroken

PIECE = "x" * (64 * 1024)


@dataclass
class Handle:
    """What the SDK gives for a command, as far as a link uses it."""

    pid: int = 7
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[bytes] = field(default_factory=list)
    disconnected: int = 0

    async def send_stdin(self, data: bytes, request_timeout: float) -> None:
        if not data:
            raise RuntimeError("stdin is closed")
        self.sent.append(data)

    async def wait(self) -> None:
        await self.ended.wait()
        raise RuntimeError("the stream broke")

    async def disconnect(self) -> None:
        self.disconnected += 1
        self.ended.set()


async def test_what_nobody_reads_holds_the_stream_back() -> None:
    handle, link = Handle(), CommandLink()
    link.attach(handle)
    heard = 0

    async def stream() -> None:
        nonlocal heard
        for _ in range(20):
            await link.heard(PIECE)
            heard += 1
        handle.ended.set()

    streaming = asyncio.create_task(stream())
    for _ in range(100):
        await asyncio.sleep(0)
    assert heard < 5
    assert sum([len(piece) async for piece in link.receive()]) == 20 * len(PIECE)
    await streaming
    await link.close()


async def test_closing_lets_go_and_is_safe_to_repeat() -> None:
    handle, link = Handle(), CommandLink()
    link.attach(handle)
    assert link.token == "7"
    await link.send(b"abc\n")
    with pytest.raises(LinkBroken):
        await link.send(b"")
    await link.heard("late")
    for _ in range(2):
        await link.close()
    assert handle.disconnected == 1
    assert [piece async for piece in link.receive()] == [b"late"]
    with pytest.raises(LinkBroken):
        await link.send(b"abc\n")
    assert handle.sent == [b"abc\n"]
