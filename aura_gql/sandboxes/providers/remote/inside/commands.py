"""Commands on pipes and on terminals, for the server: a call is a command from its start to its end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from aura_gql.sandboxes.checks import require_window
from aura_gql.sandboxes.providers.local.kept import KeptCommand
from aura_gql.sandboxes.providers.local.orders import order_of
from aura_gql.sandboxes.providers.local.process import LocalProcess
from aura_gql.sandboxes.providers.local.supervised import Supervised
from aura_gql.sandboxes.providers.local.terminal import LocalTerminal
from aura_gql.sandboxes.providers.remote.wire.errors import PeerGone, StreamAborted
from aura_gql.sandboxes.providers.remote.wire.figures import status_json
from aura_gql.sandboxes.providers.remote.wire.peer import Call, Handler
from aura_gql.sandboxes.providers.remote.wire.pieces import STARTED, encode
from aura_gql.sandboxes.providers.remote.wire.streams import Stream
from aura_gql.sandboxes.providers.remote.wire.values import Answer
from aura_gql.sandboxes.values import OutputPiece, OutputStream

# The vendor's own limits hold; cores would fill its disk.
RLIMITS = {4: 0}
TERMINAL = "xterm-256color"


class Commands:
    """All that run, by the number of their stream."""

    def __init__(self, machine: Supervised, project: str, environment: Mapping[str, str]) -> None:
        """They run in `project` and below, with this environment and what the order adds to it."""
        self._machine = machine
        self._project = project
        self._environment = dict(environment)
        self._kept: dict[int, KeptCommand] = {}
        self._moving: set[asyncio.Task[None]] = set()

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What the server may ask for."""
        return {
            "process": self.process,
            "terminal": self.terminal,
            "signal": self.signal,
            "terminate": self.terminate,
            "resize": self.resize,
        }

    async def process(self, call: Call) -> Answer:
        """Run one on pipes: `argv`, `cwd`, `env`."""
        process = await LocalProcess.start(self._machine, self._order(call), None)
        return await self._keep(call.streams[0], process, process.output(), process.write_stdin, process.close_stdin)

    async def terminal(self, call: Call) -> Answer:
        """Run one on a terminal: `argv`, `cwd`, `env`, `columns`, `rows`."""
        columns, rows = _number(call, "columns"), _number(call, "rows")
        require_window(columns, rows)
        terminal = await LocalTerminal.start(self._machine, self._order(call, (columns, rows)))
        return await self._keep(call.streams[0], terminal, _pieces(terminal), terminal.write, _nothing)

    async def signal(self, call: Call) -> Answer:
        """Send one: `command`, `number`."""
        if command := self._kept.get(_number(call, "command")):
            await command.signal(_number(call, "number"))
        return Answer()

    async def terminate(self, call: Call) -> Answer:
        """End one with all that it started: `command`, `graceMs`."""
        if command := self._kept.get(_number(call, "command")):
            await command.terminate(_number(call, "graceMs"))
        return Answer()

    async def resize(self, call: Call) -> Answer:
        """Give a terminal another size: `command`, `columns`, `rows`."""
        command = self._kept.get(_number(call, "command"))
        if isinstance(command, LocalTerminal):
            await command.resize(_number(call, "columns"), _number(call, "rows"))
        return Answer()

    async def _keep(
        self,
        stream: Stream,
        command: KeptCommand,
        output: AsyncIterator[OutputPiece],
        write: Callable[[bytes], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> Answer:
        """Say that it runs, carry bytes, and answer with its end. Who gives up waiting for the start ends it."""
        self._kept[stream.number] = command
        command.gone.add_done_callback(lambda _: self._kept.pop(stream.number, None))
        self._move(_print(stream, output))
        self._move(_feed(stream, write, close))
        try:
            return Answer(status_json(await command.wait()))
        except asyncio.CancelledError:
            await command.terminate(grace_ms=0)
            raise

    def _move(self, bytes_moving: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(bytes_moving)
        self._moving.add(task)
        task.add_done_callback(self._moving.discard)

    def _order(self, call: Call, window: tuple[int, int] | None = None) -> bytes:
        argv, env = call.arguments["argv"], call.arguments["env"]
        assert isinstance(argv, list) and isinstance(env, dict)  # noqa: PT018, S101 - the server's own
        words = {"TERM": TERMINAL} if window else {}
        environment = {**self._environment, **words, **{name: str(value) for name, value in env.items()}}
        return order_of(
            [str(word) for word in argv], self._project, str(call.arguments["cwd"]), environment, RLIMITS, window
        )


async def _print(stream: Stream, output: AsyncIterator[OutputPiece]) -> None:
    """What nobody wants any more is read all the same: it would hold the command back."""
    wanted = True
    try:
        await stream.send(STARTED)
    except (StreamAborted, PeerGone):
        wanted = False
    async for piece in output:
        if wanted:
            try:
                await stream.send(encode(piece))
            except (StreamAborted, PeerGone):
                wanted = False
    stream.end()


async def _feed(
    stream: Stream, write: Callable[[bytes], Awaitable[None]], close: Callable[[], Awaitable[None]]
) -> None:
    with contextlib.suppress(StreamAborted, PeerGone):
        while data := await stream.receive():
            await write(data)
    await close()


async def _pieces(terminal: LocalTerminal) -> AsyncIterator[OutputPiece]:
    async for data in terminal.output():
        yield OutputPiece(OutputStream.STDOUT, data)


async def _nothing() -> None:
    """A terminal has no end of input but a key."""


def _number(call: Call, name: str) -> int:
    return int(str(call.arguments[name]))
