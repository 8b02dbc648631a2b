"""The files of a folder over a channel, both ends of which are real and in this process; its links break at will."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from aura_gql.kernel.errors import DomainError, ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.exchange import Exchange
from aura_gql.sandboxes.providers.remote.files import RemoteFiles
from aura_gql.sandboxes.providers.remote.inside.file_handlers import file_handlers
from aura_gql.sandboxes.providers.remote.wire.peer import Call, Handler, Peer
from aura_gql.sandboxes.providers.remote.wire.session import Session
from aura_gql.sandboxes.providers.remote.wire.values import Answer, Timing
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
        self.machine_gone = False

    async def peer(self) -> Peer:
        if self.machine_gone:
            raise self.lost()
        return self._peer

    def lost(self) -> DomainError:
        return SandboxGone("It has ended.") if self.machine_gone else ProviderUnavailable("The agent is gone.")


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


def _counted(handlers: Mapping[str, Handler], asked: Counter[str]) -> dict[str, Handler]:
    def counted(name: str, handler: Handler) -> Handler:
        async def handle(call: Call) -> Answer:
            asked[name] += 1
            return await handler(call)

        return handle

    return {name: counted(name, handler) for name, handler in handlers.items()}


@contextlib.asynccontextmanager
async def remote_folder(
    folder: Path,
    lengths: Lengths = whole,
    handlers: Mapping[str, Handler] | None = None,
    owner: int | None = None,
    asked: Counter[str] | None = None,
) -> AsyncIterator[RemoteFolder]:
    """A folder at the far end; `handlers` in place of ours lie to the near one."""
    gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    leader, follower = Session("near", leads=True, timing=QUICK), Session("far", leads=False, timing=QUICK)
    near = Peer(leader)
    served = handlers or file_handlers(ProjectFolder(folder, owner), gone)
    far = Peer(follower, _counted(served, Counter() if asked is None else asked))
    async with conversing(leader, follower, lengths) as pipe:
        try:
            yield RemoteFolder(near, far, pipe, gone)
        finally:
            near.close()
            far.close()
            await far.closed()
