"""Two ends of a channel and what is between them: a follower on one pipe for ever, a leader on one link after another,
each of which may end at any byte, in either direction, with all that is under way.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from aura_gql.sandboxes.providers.remote.errors import LinkBroken
from aura_gql.sandboxes.providers.remote.wire.session import Session

Mangle = Callable[[bytes], bytes]


def unchanged(data: bytes) -> bytes:
    """What an honest link does."""
    return data


class LeaderLink:
    """One link of the leader's: `there` and `back` are how many bytes pass before it is cut, None for any number."""

    def __init__(self, follower: "FollowerPipe", there: int | None, back: int | None) -> None:
        self._follower = follower
        self._left = {"there": there, "back": back}
        self.came: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.is_cut = False
        follower.link = self

    async def send(self, data: bytes) -> None:
        assert len(data) <= 1 << 16
        await asyncio.sleep(0)
        if self.is_cut:
            raise LinkBroken
        self._follower.came.put_nowait(self._passing("there", data))

    async def receive(self) -> AsyncIterator[bytes]:
        while (data := await self.came.get()) is not None:
            yield data

    def hear(self, data: bytes) -> None:
        if not self.is_cut:
            self.came.put_nowait(self._passing("back", data))

    def cut(self) -> None:
        self.is_cut = True
        self.came.put_nowait(None)

    def _passing(self, way: str, data: bytes) -> bytes:
        left = self._left[way]
        if left is None:
            return data
        self._left[way] = left - len(data)
        if left < len(data):
            asyncio.get_running_loop().call_soon(self.cut)
        return data[: max(left, 0)]


class FollowerPipe:
    """The follower's stdin and stdout: what it says while nobody listens is lost."""

    def __init__(self, mangle: Mangle = unchanged) -> None:
        self._mangle = mangle
        self.link: LeaderLink | None = None
        self.came: asyncio.Queue[bytes] = asyncio.Queue()

    async def send(self, data: bytes) -> None:
        assert len(data) <= 1 << 16
        await asyncio.sleep(0)
        if self.link is not None:
            self.link.hear(self._mangle(data))

    async def receive(self) -> AsyncIterator[bytes]:
        while True:
            yield await self.came.get()


@contextlib.asynccontextmanager
async def conversing(
    leader: Session,
    follower: Session,
    lengths: Callable[[], tuple[int | None, int | None]] = lambda: (None, None),
    mangle: Mangle = unchanged,
) -> AsyncIterator[FollowerPipe]:
    """Two sessions that converse; every link of the leader's lasts as long as `lengths` says."""
    pipe = FollowerPipe(mangle)

    async def lead() -> None:
        while True:
            await leader.run(LeaderLink(pipe, *lengths()))

    tasks = [asyncio.create_task(lead()), asyncio.create_task(follower.run(pipe))]
    try:
        yield pipe
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results), results
