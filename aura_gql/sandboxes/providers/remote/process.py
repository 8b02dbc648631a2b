"""One command on pipes in a vendor's machine."""

from collections.abc import AsyncIterator

from aura_gql.sandboxes.providers.remote.channel import Channel
from aura_gql.sandboxes.providers.remote.command import RemoteCommand
from aura_gql.sandboxes.providers.remote.wire.values import JSON
from aura_gql.sandboxes.values import Command, OutputPiece


class RemoteProcess(RemoteCommand):
    """Satisfies the `Process` port."""

    @classmethod
    async def start(cls, channel: Channel, command: Command) -> "RemoteProcess":
        """As `Sandbox.start_process` says."""
        order: dict[str, JSON] = {"argv": list(command.argv), "cwd": command.cwd, "env": dict(command.env)}
        return await cls.begin(channel, "process", order)

    async def output(self) -> AsyncIterator[OutputPiece]:
        """As the port says."""
        while (piece := await self._next()) is not None:
            yield piece

    async def write_stdin(self, data: bytes) -> None:
        """As the port says."""
        await self._write(data)

    async def close_stdin(self) -> None:
        """As the port says."""
        await self._close_input()
