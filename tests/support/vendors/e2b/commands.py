"""A command that the daemon in a sandbox runs: whoever is connected hears what it prints from then on."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from typing import Any

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from e2b.envd.process import process_pb
from protobuf import Oneof

from tests.support.vendors.guest_process import GuestProcess, pieces
from tests.support.vendors.guests import Guest

# The SDK's classes are Any to the type checker, which does not read them.
Event = Any
_EVENT: Any = process_pb.ProcessEvent
PIECE_BYTES = 32 * 1024
KEPT_EVENTS = 64


class _Listener:
    """One connection. While it is full, nobody reads what the command prints."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event | ConnectError] = asyncio.Queue(KEPT_EVENTS)
        self._gone = False

    async def tell(self, event: Event | ConnectError) -> None:
        if not self._gone:
            await self._events.put(event)

    def break_off(self, error: ConnectError) -> None:
        """Before anything that it has not heard."""
        self.leave()
        self._events.put_nowait(error)

    def leave(self) -> None:
        """It listens no more, and holds nobody back."""
        self._gone = True
        while not self._events.empty():
            self._events.get_nowait()

    async def next(self, timeout_s: float) -> Event | None:
        """The next event; None for none in time. Raises what broke the connection."""
        try:
            event = await asyncio.wait_for(self._events.get(), timeout_s)
        except TimeoutError:
            return None
        if isinstance(event, ConnectError):
            raise event
        return event


class RunningCommand:
    """`end` is there once it and all that holds its pipes has ended."""

    def __init__(
        self, process: GuestProcess, config: process_pb.ProcessConfig, guest: Guest, *, has_stdin: bool
    ) -> None:
        self.process, self.config, self.has_stdin = process, config, has_stdin
        self._guest = guest
        self.end: Event | None = None
        self._listeners = list[_Listener]()

    @property
    def pid(self) -> int:
        """As the sandbox sees it."""
        return self.process.pid

    async def follow(self, keepalive_s: float) -> AsyncGenerator[Event, None]:
        """What happens from now on, up to its end. Leaving it lets the command go on."""
        listener = _Listener()
        self._listeners.append(listener)
        try:
            yield _EVENT(event=Oneof("start", _EVENT.StartEvent(pid=self.pid)))
            while True:
                event = await listener.next(keepalive_s)
                yield event or _EVENT(event=Oneof("keepalive", _EVENT.KeepAlive()))
                if event is not None and event.event is not None and event.event.field == "end":
                    return
        finally:
            self._listeners.remove(listener)
            listener.leave()

    async def run(self, timeout_s: float | None) -> None:
        """Tell of its output and its end; behind the timeout it alone is killed, and what holds its pipes goes on."""
        outputs = [asyncio.create_task(self._pump(name)) for name in ("stdout", "stderr")]
        _, unread = await asyncio.wait(outputs, timeout=timeout_s)
        if unread:
            await self._guest.signal(self.pid, signal.SIGKILL)
        status = await self.process.wait()
        for output in unread:
            output.cancel()
        await asyncio.gather(*outputs, return_exceptions=True)
        self.end = _EVENT(event=Oneof("end", _end(status)))
        await self._tell(self.end)

    def drop(self, words: str) -> None:
        """Break every connection."""
        for listener in self._listeners:
            listener.break_off(ConnectError(Code.UNAVAILABLE, words))

    async def _pump(self, name: str) -> None:
        reader = self.process.stdout if name == "stdout" else self.process.stderr
        assert reader is not None
        while piece := await pieces(reader, PIECE_BYTES):
            await self._tell(_EVENT(event=Oneof("data", _EVENT.DataEvent(output=Oneof(name, piece)))))

    async def _tell(self, event: Event) -> None:
        for listener in list(self._listeners):
            await listener.tell(event)


def _end(status: int) -> Any:
    """As the daemon's language words it."""
    words = f"exit status {status}" if status >= 0 else f"signal: {signal.strsignal(-status)}".lower()
    told = _EVENT.EndEvent(exit_code=max(status, -1), exited=status >= 0, status=words)
    if status:
        told.error = words
    return told
