"""A conversation that outlives its pipes: nothing said is lost or heard twice, whichever byte a pipe breaks at.

One side leads: it says hello on every new pipe, and both tell what they have heard. The other follows, as it does not
notice when its pipe is taken up elsewhere, and says nothing before it was greeted.
"""

import asyncio
import itertools
from collections.abc import Callable

from aura_gql.sandboxes.providers.remote.errors import LinkBroken
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.frames import Frame, FrameKind, decode, encode
from aura_gql.sandboxes.providers.remote.wire.inbox import Inbox
from aura_gql.sandboxes.providers.remote.wire.lines import LineReader
from aura_gql.sandboxes.providers.remote.wire.outbox import Outbox
from aura_gql.sandboxes.providers.remote.wire.values import Pipe, Timing

BATCH_BYTES = 64 * 1024
LINES_A_TURN = 256
# Having heard so much, one says so at once, that the other may go on.
ACK_AT_ONCE_BYTES = 256 * 1024
# Whoever asks for everything again and again gets it as often.
REWIND_PAUSE_S = 0.2


class Session:
    """Messages of up to 2 MiB, in order, each once. `put` them; what comes goes to `deliver`, which must not block."""

    def __init__(self, name: str, *, leads: bool, timing: Timing | None = None) -> None:
        """`name` tells this end from any other that may answer in its place: a short word that nobody guesses."""
        self.deliver: Callable[[bytes], None] = _nowhere
        self.words = 0
        """How many lines of the other side were heard: whether it grows tells whether there is anybody."""
        self.greetings = 0
        """On how many pipes both have greeted."""
        self.greeted = asyncio.Event()
        """Set while a pipe is in use on which both have greeted."""
        self._name = name.encode("ascii")
        self._leads = leads
        self._timing = timing or Timing()
        self._loop = asyncio.get_running_loop()
        self._outbox = Outbox()
        self._inbox = Inbox()
        self._other: bytes | None = None
        self._attempt = 0
        self._unanswered_bytes = 0
        self._due: dict[FrameKind, int] = {}
        self._wake = asyncio.Event()
        self._pipe: Pipe | None = None
        self._ack_timer: asyncio.TimerHandle | None = None
        self._heard_at = self._asked_at = self._unheard_since = self._hello_at = self._rewound_at = self._began_at = 0.0

    def put(self, message: bytes) -> None:
        """Say something; it goes out at once where there is a pipe. Who may say much waits for `room` before."""
        self._outbox.put(message)
        self._wake.set()

    async def room(self) -> None:
        """Wait until less than 1 MiB of what was said is unheard, or the session was given up."""
        await self._outbox.room()

    def give_up(self) -> None:
        """Nobody will `run` it any more: whoever waits for room goes on. Safe to repeat."""
        self._outbox.give_up()

    async def run(self, pipe: Pipe, on_noise: Callable[[bytes], None] | None = None) -> None:
        """Converse over a pipe until it ends, breaks or, where we lead, falls silent. WireViolation.

        `on_noise` is told every line that is none of ours, of at most 61,000 bytes.
        """
        self._begin()
        self._pipe = pipe
        tasks = [
            asyncio.create_task(self._read(pipe, on_noise or _nowhere)),
            asyncio.create_task(self._write(pipe)),
            asyncio.create_task(self._watch()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.greeted.clear()
            self._pipe = None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._no_ack_timer()
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, LinkBroken):
                raise error

    def _begin(self) -> None:
        self._heard_at = self._began_at = self._asked_at = self._unheard_since = self._loop.time()
        self._due.clear()
        if self._leads:
            self._attempt += 1
            self._greet()

    def _greet(self) -> None:
        self._hello_at = self._loop.time()
        self._say(FrameKind.HELLO, self._attempt)

    async def _read(self, pipe: Pipe, on_noise: Callable[[bytes], None]) -> None:
        lines, taken = LineReader(), itertools.count(1)
        async for data in pipe.receive():
            for start in range(0, len(data), BATCH_BYTES):
                for line in lines.feed(data[start : start + BATCH_BYTES]):
                    self._take(line, on_noise)
                    # Of lines of a few bytes a piece has so many that nobody else would have a turn for seconds.
                    if next(taken) % LINES_A_TURN == 0:
                        await asyncio.sleep(0)

    def _take(self, line: bytes, on_noise: Callable[[bytes], None]) -> None:
        frame = decode(line)
        if frame is None:
            on_noise(line)
        else:
            self._hear(frame)

    async def _write(self, pipe: Pipe) -> None:
        # Whatever of a line the pipe before this one carried ends here.
        await pipe.send(b"\n")
        # A pipe may swallow the cancellation: in Python 3.11 `asyncio.wait_for`, and so a vendor's SDK, at times does.
        while self._pipe is pipe:
            batch = self._batch()
            if batch:
                await pipe.send(batch)
            else:
                self._wake.clear()
                await self._wake.wait()

    def _batch(self) -> bytes:
        lines: list[bytes] = []
        size = 0
        for kind in list(self._due):
            payload = self._name if kind in (FrameKind.HELLO, FrameKind.WELCOME) else b""
            lines.append(encode(Frame(kind, self._due.pop(kind), self._inbox.heard, payload)))
            size += len(lines[-1])
        while self.greeted.is_set() and self._outbox.has_next:
            if size + self._outbox.next_line_bytes > BATCH_BYTES:
                break
            if self._outbox.is_heard:
                self._asked_at = self._unheard_since = self._loop.time()
            lines.append(encode(self._outbox.take(self._inbox.heard)))
            size += len(lines[-1])
        if lines:
            self._unanswered_bytes = 0
            self._no_ack_timer()
        return b"".join(lines)

    async def _watch(self) -> None:
        """Notice what does not happen. Returns where nobody answers any more."""
        timing = self._timing
        while True:
            await asyncio.sleep(timing.tick_s)
            now = self._loop.time()
            quiet_s, asked_s = now - self._heard_at, now - self._asked_at
            if not self.greeted.is_set():
                if self._leads and now - self._began_at > timing.welcome_s:
                    return
                if self._leads and now - self._hello_at > timing.hello_s:
                    self._greet()
                continue
            is_deaf = not self._outbox.is_heard and min(quiet_s, now - self._unheard_since) > timing.deaf_s
            if self._leads and (is_deaf or quiet_s > timing.silence_s):
                return
            is_late = not self._outbox.is_heard and asked_s > timing.nudge_s
            if is_late or (self._leads and quiet_s > timing.ping_s and asked_s > timing.ping_s):
                self._asked_at = now
                self._say(FrameKind.PING, self._outbox.sent)

    def _hear(self, frame: Frame) -> None:
        self.words += 1
        self._heard_at = self._loop.time()
        match frame.kind:
            case FrameKind.HELLO:
                self._on_hello(frame)
            case FrameKind.WELCOME:
                self._on_welcome(frame)
            case FrameKind.DATA | FrameKind.MORE:
                self._on_data(frame)
            case FrameKind.RESEND:
                self._outbox.acknowledge(frame.ack)
                self._rewind()
            case FrameKind.PING:
                self._outbox.acknowledge(frame.ack)
                self._say(FrameKind.PONG, 0)
                self._ask_for_missing(frame.number)
            case _:
                self._outbox.acknowledge(frame.ack)
        if self._outbox.has_next:
            self._wake.set()

    def _on_hello(self, frame: Frame) -> None:
        """Another who greets, as after a restart, does not know what was said here: nobody answers him."""
        if self._leads or frame.number < self._attempt or self._other not in (None, frame.payload):
            return
        self._other = frame.payload
        if frame.number > self._attempt:
            self._attempt = frame.number
            self._outbox.acknowledge(frame.ack)
            self._outbox.rewind()
        self._say(FrameKind.WELCOME, self._attempt)
        self.greeted.set()

    def _on_welcome(self, frame: Frame) -> None:
        if not self._leads or frame.number != self._attempt or self.greeted.is_set():
            return
        if self._other not in (None, frame.payload):
            raise WireViolation("Another agent answers.")
        self._other = frame.payload
        self._outbox.acknowledge(frame.ack)
        self._outbox.rewind()
        self.greetings += 1
        self.greeted.set()

    def _on_data(self, frame: Frame) -> None:
        self._outbox.acknowledge(frame.ack)
        is_news = frame.number == self._inbox.heard + 1
        message = self._inbox.take(frame)
        if is_news:
            self._unanswered_bytes += len(frame.payload)
        self._ask_for_missing(frame.number)
        self._acknowledge_soon()
        if message is not None:
            self.deliver(message)

    def _ask_for_missing(self, said: int) -> None:
        if said > self._inbox.heard and self.greeted.is_set() and FrameKind.RESEND not in self._due:
            self._say(FrameKind.RESEND, self._inbox.heard + 1)

    def _rewind(self) -> None:
        now = self._loop.time()
        if now - self._rewound_at > REWIND_PAUSE_S:
            self._rewound_at = now
            self._outbox.rewind()

    def _acknowledge_soon(self) -> None:
        if self._unanswered_bytes >= ACK_AT_ONCE_BYTES:
            self._acknowledge_now()
        elif self._ack_timer is None:
            self._ack_timer = self._loop.call_later(self._timing.ack_s, self._acknowledge_now)

    def _acknowledge_now(self) -> None:
        self._say(FrameKind.ACK, 0)

    def _no_ack_timer(self) -> None:
        if self._ack_timer is not None:
            self._ack_timer.cancel()
            self._ack_timer = None

    def _say(self, kind: FrameKind, number: int) -> None:
        if kind is FrameKind.HELLO or kind is FrameKind.WELCOME or self.greeted.is_set():
            self._due[kind] = number
            self._wake.set()


def _nowhere(_: bytes) -> None:
    """Where nobody listens."""
