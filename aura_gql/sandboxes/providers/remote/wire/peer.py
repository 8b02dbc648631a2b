"""One end of the conversation: calls, and streams that go with them.

    answer = await peer.call("read", {"path": "a.txt", "max": 100})        # Answer(result, body)
    stream = peer.open_stream()
    call = asyncio.create_task(peer.call("export", {"path": "."}, streams=[stream]))
    while piece := await stream.receive(): ...

On the other end a handler serves it; what it returns is the answer, what it raises of the errors in `failures` is
raised by `call`, and it is cancelled where the caller is:

    async def read(call: Call) -> Answer: ... call.arguments, call.body, call.streams[0].send(...)
    peer = Peer(session, {"read": read})

`call` takes arguments of up to 1 MiB and a body of up to 1 MiB, both ways; what may be larger goes through a stream.
A stream outlives its call: whoever has an end of it `end`s or `abort`s it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aura_gql.sandboxes.providers.remote.wire.errors import PeerGone, WireViolation
from aura_gql.sandboxes.providers.remote.wire.failures import describe, revive
from aura_gql.sandboxes.providers.remote.wire.messages import (
    MAX_BODY_BYTES,
    MAX_NUMBER,
    Message,
    MessageKind,
    decode,
    encode,
)
from aura_gql.sandboxes.providers.remote.wire.session import Session
from aura_gql.sandboxes.providers.remote.wire.streams import Stream
from aura_gql.sandboxes.providers.remote.wire.values import JSON, Answer

MAX_CALLS = 4096
# How long one who was cancelled waits for the other end to have stopped.
CANCEL_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets. The caller is trusted to have sent the arguments that belong to the method."""

    arguments: Mapping[str, JSON]
    body: bytes
    streams: Sequence[Stream]


Handler = Callable[[Call], Awaitable[Answer]]


class Peer:
    """The end that leads the session calls; the other one has handlers, and a call from it is a violation where there
    are none.
    """

    def __init__(self, session: Session, handlers: Mapping[str, Handler] | None = None) -> None:
        """Hears what comes from now on."""
        self._session = session
        self._handlers = dict(handlers or {})
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._streams: dict[int, Stream] = {}
        self._last_asked = self._last_served = self._last_stream = 0
        self._opened = 0
        self._gone: Exception | None = None
        session.deliver = self._hear

    @property
    def gone(self) -> bool:
        """Whether the conversation is over."""
        return self._gone is not None

    def open_stream(self) -> Stream:
        """A stream for a call that is about to be made. PeerGone."""
        self._require_there()
        # Its number is that of its call: calls wait for room, and who opened one first may be heard last.
        self._opened += 1
        return self._stream(-self._opened)

    async def call(
        self,
        method: str,
        arguments: Mapping[str, JSON] | None = None,
        body: bytes = b"",
        streams: Sequence[Stream] = (),
    ) -> Answer:
        """Ask and wait for the answer. The errors of `failures`, and PeerGone. Cancelled, it returns when the other
        end has stopped too.
        """
        await self._session.room()
        self._require_there()
        self._last_asked += 1
        number = self._last_asked
        for stream in streams:
            self._count(stream)
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[number] = answered
        wanted: dict[str, JSON] = {
            "method": method,
            "arguments": dict(arguments or {}),
            "streams": [stream.number for stream in streams],
        }
        try:
            self._say(Message(MessageKind.CALL, number, wanted, body))
            for stream in streams:
                stream.announce()
            return await asyncio.shield(answered)
        except asyncio.CancelledError:
            await self._call_off(number, answered)
            raise
        finally:
            self._asked.pop(number, None)

    def close(self, why: str = "The conversation is over.") -> None:
        """End every call and stream with PeerGone, and what is being served. Safe to repeat."""
        if self._gone is not None:
            return
        self._gone = PeerGone(why)
        for answered in self._asked.values():
            if not answered.done():
                answered.set_exception(self._gone)
                answered.exception()
        for stream in list(self._streams.values()):
            stream.break_off(self._gone)
        for task in self._serving.values():
            task.cancel()
        self._session.give_up()

    async def closed(self) -> None:
        """Wait, behind `close`, until nothing is served any more."""
        if self._serving:
            await asyncio.wait(set(self._serving.values()))

    async def _call_off(self, number: int, answered: asyncio.Future[Answer]) -> None:
        if self._gone is None:
            self._say(Message(MessageKind.CANCEL, number))
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({answered}, timeout=CANCEL_PATIENCE_S)
        if answered.done() and not answered.cancelled():
            answered.exception()

    def _say(self, message: Message) -> None:
        if self._gone is None:
            self._session.put(encode(message))

    def _require_there(self) -> None:
        if self._gone is not None:
            raise PeerGone(str(self._gone))

    def _stream(self, number: int) -> Stream:
        stream = Stream(number, self._say, self._session.room, self._forget_stream)
        self._streams[number] = stream
        return stream

    def _count(self, stream: Stream) -> None:
        self._last_stream += 1
        is_open = self._streams.pop(stream.number, None) is not None
        stream.number = self._last_stream
        if is_open:
            self._streams[stream.number] = stream

    def _forget_stream(self, number: int) -> None:
        self._streams.pop(number, None)

    def _hear(self, data: bytes) -> None:
        """WireViolation, which ends the session."""
        message = decode(data)
        match message.kind:
            case MessageKind.CALL:
                self._on_call(message)
            case MessageKind.CANCEL:
                if message.number in self._serving:
                    self._serving[message.number].cancel()
            case MessageKind.ANSWER | MessageKind.FAILED:
                self._on_answer(message)
            case _:
                self._on_stream(message)

    def _on_answer(self, message: Message) -> None:
        if message.number > self._last_asked or len(message.body) > MAX_BODY_BYTES:
            raise WireViolation("Nobody asked for that.")
        answered = self._asked.get(message.number)
        if message.kind is MessageKind.FAILED:
            error = revive(message.value)
            if answered is not None and not answered.done():
                answered.set_exception(error)
        elif answered is not None and not answered.done():
            answered.set_result(Answer(message.value, message.body))

    def _on_stream(self, message: Message) -> None:
        if message.number > self._last_stream:
            raise WireViolation("There is no such stream.")
        stream = self._streams.get(message.number)
        if stream is not None:
            stream.hear(message)

    def _on_call(self, message: Message) -> None:
        match message.value:
            case {"method": str(method), "arguments": dict(arguments), "streams": list(numbers)} if (
                self._handlers and len(self._serving) < MAX_CALLS and message.number > self._last_served
            ):
                call = Call(arguments, message.body, [self._accept(number) for number in numbers])
            case _:
                raise WireViolation("Nobody may call like that.")
        self._last_served = message.number
        task = asyncio.create_task(self._serve(message.number, method, call), name=f"serve {method}")
        self._serving[message.number] = task
        task.add_done_callback(lambda _: self._served(message.number, call))

    def _served(self, number: int, call: Call) -> None:
        """Who was cancelled is answered too: the caller waits for the end, not for the words."""
        if self._serving.pop(number).cancelled():
            for stream in call.streams:
                stream.abort()
            self._say(Message(MessageKind.ANSWER, number))

    def _accept(self, number: JSON) -> Stream:
        if type(number) is not int or not self._last_stream < number <= MAX_NUMBER:
            raise WireViolation("There can be no such stream.")
        self._last_stream = number
        stream = self._stream(number)
        stream.announce()
        return stream

    async def _serve(self, number: int, method: str, call: Call) -> None:
        try:
            handler = self._handlers.get(method)
            if handler is None:
                raise LookupError(method)
            answer = await handler(call)
            await self._session.room()
            self._say(Message(MessageKind.ANSWER, number, answer.result, answer.body))
        except Exception as error:
            for stream in call.streams:
                stream.abort()
            self._say(Message(MessageKind.FAILED, number, describe(error)))
