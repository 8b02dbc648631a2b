"""Local machines whose files are far away: asked for over a channel with an agent's end in this process."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import PROJECT, LocalSandbox
from aura_gql.sandboxes.providers.remote.files import RemoteFiles
from aura_gql.sandboxes.values import Command, SandboxSpec, TerminalSpec
from tests.support.remote_files import Lengths, RemoteFolder, remote_folder, whole


class FarSandbox(RemoteFiles):
    """A local machine that is asked over the channel for whatever concerns its files."""

    def __init__(self, local: LocalSandbox, remote: RemoteFolder) -> None:
        super().__init__(remote.exchange)
        self._local = local
        self.provider_sandbox_id = local.provider_sandbox_id
        self.limits = local.limits

    async def start_process(self, command: Command) -> object:
        return await self._local.start_process(command)

    async def open_terminal(self, spec: TerminalSpec) -> object:
        return await self._local.open_terminal(spec)

    async def extend(self, *_: object) -> None:
        """No clock ends it."""

    async def stop(self) -> None:
        await self._local.stop()

    async def wait_gone(self) -> str:
        return await self._local.wait_gone()


class FarFilesProvider(LocalProvider):
    """Makes them; each channel's links last as long as `lengths` says."""

    def __init__(self, root: Path, lengths: Callable[[], Lengths] = lambda: whole) -> None:
        super().__init__(root)
        self._root_folder = root
        self._lengths = lengths
        self.asked: Counter[str] = Counter()
        """How often each thing was asked of the machines."""
        self._channels: set[asyncio.Task[None]] = set()

    async def create(self, spec: SandboxSpec) -> FarSandbox:  # type: ignore[override]
        local = await super().create(spec)
        opened: asyncio.Future[RemoteFolder] = asyncio.get_running_loop().create_future()
        channel = asyncio.create_task(self._serve(local, opened))
        self._channels.add(channel)
        channel.add_done_callback(self._channels.discard)
        return FarSandbox(local, await opened)

    async def close(self) -> None:
        await super().close()
        if self._channels:
            await asyncio.wait(self._channels)

    async def _serve(self, local: LocalSandbox, opened: "asyncio.Future[RemoteFolder]") -> None:
        folder = self._root_folder / local.provider_sandbox_id / PROJECT
        uid = folder.stat().st_uid
        owner = uid if uid != os.geteuid() else None
        async with remote_folder(folder, self._lengths(), owner=owner, asked=self.asked) as remote:
            opened.set_result(remote)
            remote.gone.set_result(await local.wait_gone())
            remote.channel.machine_gone = True
