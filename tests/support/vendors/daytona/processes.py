"""What runs in a sandbox of the loopback Daytona: sessions, which are one shell each, and terminals."""

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.vendors.guest_process import GuestProcess, pieces

Json = dict[str, Any]

# What the toolbox writes before bytes of a command's stdout and stderr, in its logs.
STDOUT_MARK = b"\x01\x01\x01"
STDERR_MARK = b"\x02\x02\x02"

_PIECE = 1 << 16
# What a slow watcher of a terminal may be behind, in pieces; it is let go of then, as the toolbox does.
_MOST_PIECES = 256


@dataclass(slots=True, eq=False)
class SessionCommand:
    """A command of a session; `log` is marked as the toolbox's. `ended` is set with the end, known or not."""

    command: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    exit_code: int | None = None
    log: bytearray = field(default_factory=bytearray)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def add(self, mark: bytes, data: bytes) -> None:
        async with self.changed:
            if data:
                self.log += mark + data
            self.changed.notify_all()

    async def follow(self) -> AsyncIterator[bytes]:
        """The log from its begin until the command has ended."""
        sent = 0

        def has_more() -> bool:
            return sent < len(self.log) or self.ended.is_set()

        while not self.ended.is_set() or sent < len(self.log):
            async with self.changed:
                await self.changed.wait_for(has_more)
            piece = bytes(self.log[sent:])
            sent += len(piece)
            if piece:
                yield piece

    def told(self) -> Json:
        code = {} if self.exit_code is None else {"exitCode": self.exit_code}
        return {"id": self.id, "command": self.command, **code}

    def outputs(self) -> tuple[str, str]:
        """Both outputs apart."""
        apart = {STDOUT_MARK: bytearray(), STDERR_MARK: bytearray()}
        mark, rest = STDOUT_MARK, bytes(self.log)
        while rest:
            if rest[:3] in apart:
                mark, rest = rest[:3], rest[3:]
            ends = [at for at in map(rest.find, apart) if at >= 0]
            piece, rest = (rest[: min(ends)], rest[min(ends) :]) if ends else (rest, b"")
            apart[mark] += piece
        return apart[STDOUT_MARK].decode(errors="replace"), apart[STDERR_MARK].decode(errors="replace")


@dataclass(slots=True, eq=False)
class Session:
    """A shell that takes one command after the other, and what it was given so far."""

    id: str
    shell: GuestProcess
    commands: dict[str, SessionCommand] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, command: SessionCommand) -> None:
        """Have the shell run it, behind those before; returns when it has ended, or the shell."""
        self.commands[command.id] = command
        async with self.turn:
            end = f"end-{secrets.token_hex(8)}".encode()
            script = f"{{ eval {_quoted(command.command)}\n}} </dev/null; s=$?; printf '%s %d\\n' {end.decode()} $s"
            assert self.shell.stderr is not None
            try:
                await self.shell.write(f"{script}; printf '%s \\n' {end.decode()} >&2\n".encode())
                code, _ = await asyncio.gather(
                    _until(end, self.shell.stdout, STDOUT_MARK, command),
                    _until(end, self.shell.stderr, STDERR_MARK, command),
                )
                command.exit_code = None if code is None else int(code)
            except BrokenPipeError:
                pass
            finally:
                command.ended.set()
                await command.add(b"", b"")

    def told(self) -> Json:
        return {"sessionId": self.id, "commands": [command.told() for command in self.commands.values()]}


async def _until(end: bytes, reader: asyncio.StreamReader, mark: bytes, command: SessionCommand) -> bytes | None:
    """Log what comes before the line of the end; what stands on it, or None where the stream ended."""
    kept = b""
    while piece := await pieces(reader, _PIECE):
        before, found, rest = (kept + piece).partition(end)
        if found:
            await command.add(mark, before)
            while not rest.endswith(b"\n") and (more := await pieces(reader, _PIECE)):
                rest += more
            return rest.strip()
        # The end may have come by half.
        await command.add(mark, before[: -len(end)])
        kept = before[-len(end) :]
    await command.add(mark, kept)
    return None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@dataclass(slots=True, eq=False)
class Pty:
    """A terminal with a shell on it, and those who watch it: each has a queue of bytes, then the exit code or None."""

    id: str
    process: GuestProcess
    columns: int
    rows: int
    cwd: str
    created: str
    watchers: set["asyncio.Queue[bytes | int | None]"] = field(default_factory=set)

    async def pump(self, among: "dict[str, Pty]") -> None:
        """Hand what is shown to all who watch, and to nobody where nobody does, until the shell has ended; it is no
        longer `among` the others then.
        """
        while data := await pieces(self.process.stdout, _PIECE):
            for watcher in list(self.watchers):
                if watcher.qsize() >= _MOST_PIECES:
                    self.watchers.discard(watcher)
                    watcher.put_nowait(None)
                else:
                    watcher.put_nowait(data)
        status = await self.process.wait()
        among.pop(self.id, None)
        for watcher in self.watchers:
            watcher.put_nowait(status if status >= 0 else 128 - status)

    def told(self) -> Json:
        return {
            "id": self.id,
            "cwd": self.cwd,
            "envs": {},
            "cols": self.columns,
            "rows": self.rows,
            "createdAt": self.created,
            "active": self.process.returncode is None,
            "lazyStart": False,
        }
