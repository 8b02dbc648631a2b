"""The files of a folder over a channel, both ends of which are real and in this process; its links break at will."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from aura_gql.kernel.errors import DomainError, ProviderUnavailable
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.exchange import Exchange
from aura_gql.sandboxes.providers.remote.files import RemoteFiles
from aura_gql.sandboxes.providers.remote.inside.file_handlers import file_handlers
from aura_gql.sandboxes.providers.remote.wire.peer import Handler, Peer
from aura_gql.sandboxes.providers.remote.wire.session import Session
from aura_gql.sandboxes.providers.remote.wire.values import Timing
from tests.support.wire_pipes import FollowerPipe, conversing

QUICK = Timing(tick_s=0.01, hello_s=0.05, nudge_s=0.05)
Lengths = Callable[[], tuple[int | None, int | None]]


def whole() -> tuple[int | None, int | None]:
    """Links that last."""
    return None, None


class DirectChannel:
    """Satisfies `Channel` for a peer that is there."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def peer(self) -> Peer:
        return self._peer

    def lost(self) -> DomainError:
        return ProviderUnavailable("The agent is gone.")


class RemoteFolder:
    """`files` of a folder by way of a `near` and a `far` end; done `gone` is the end of the machine."""

    def __init__(self, near: Peer, far: Peer, pipe: FollowerPipe, gone: "asyncio.Future[str]") -> None:
        self.channel = DirectChannel(near)
        self.exchange = Exchange(self.channel)
        self.files = RemoteFiles(self.exchange)
        self.near = near
        self.far = far
        self.pipe = pipe
        self.gone = gone


@contextlib.asynccontextmanager
async def remote_folder(
    folder: Path, lengths: Lengths = whole, handlers: Mapping[str, Handler] | None = None
) -> AsyncIterator[RemoteFolder]:
    """A folder at the far end; `handlers` in place of ours lie to the near one."""
    gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    leader, follower = Session("near", leads=True, timing=QUICK), Session("far", leads=False, timing=QUICK)
    near = Peer(leader)
    far = Peer(follower, handlers or file_handlers(ProjectFolder(folder, None), gone))
    async with conversing(leader, follower, lengths) as pipe:
        try:
            yield RemoteFolder(near, far, pipe, gone)
        finally:
            near.close()
            far.close()
            await far.closed()
