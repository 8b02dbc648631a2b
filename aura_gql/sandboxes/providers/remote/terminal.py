"""One command on a terminal in a vendor's machine."""

from collections.abc import AsyncIterator

from aura_gql.sandboxes.checks import require_window
from aura_gql.sandboxes.providers.remote.channel import Channel
from aura_gql.sandboxes.providers.remote.command import RemoteCommand
from aura_gql.sandboxes.providers.remote.wire.values import JSON
from aura_gql.sandboxes.values import TerminalSpec


class RemoteTerminal(RemoteCommand):
    """Satisfies the `Terminal` port."""

    @classmethod
    async def start(cls, channel: Channel, spec: TerminalSpec) -> "RemoteTerminal":
        """As `Sandbox.open_terminal` says."""
        require_window(spec.columns, spec.rows)
        order: dict[str, JSON] = {
            "argv": list(spec.argv),
            "cwd": spec.cwd,
            "env": dict(spec.env),
            "columns": spec.columns,
            "rows": spec.rows,
        }
        return await cls.begin(channel, "terminal", order)

    async def output(self) -> AsyncIterator[bytes]:
        """As the port says."""
        while (piece := await self._next()) is not None:
            yield piece.data

    async def write(self, data: bytes) -> None:
        """As the port says."""
        await self._write(data)

    async def resize(self, columns: int, rows: int) -> None:
        """As the port says."""
        require_window(columns, rows)
        await self._ask("resize", {"columns": columns, "rows": rows})
