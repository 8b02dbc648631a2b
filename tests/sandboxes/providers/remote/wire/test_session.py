"""Nothing that was said is lost, doubled or out of order, whatever happens to the pipes."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable

import pytest

from aura_gql.sandboxes.providers.remote.errors import LinkBroken
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.frames import Frame, FrameKind, encode
from aura_gql.sandboxes.providers.remote.wire.outbox import MAX_UNHEARD_BYTES
from aura_gql.sandboxes.providers.remote.wire.session import Session
from aura_gql.sandboxes.providers.remote.wire.values import Timing
from tests.support.waiting import until
from tests.support.wire_pipes import FollowerPipe, LeaderLink, conversing

QUICK = Timing(tick_s=0.01, hello_s=0.05, welcome_s=0.5, ack_s=0.005, nudge_s=0.05, ping_s=0.1, silence_s=0.5)


def pair(timing: Timing = QUICK) -> tuple[Session, Session, list[bytes], list[bytes]]:
    """A leader and a follower, and what each hears."""
    leader, follower = Session("leader", leads=True, timing=timing), Session("follower", leads=False, timing=timing)
    at_leader, at_follower = list[bytes](), list[bytes]()
    leader.deliver, follower.deliver = at_leader.append, at_follower.append
    return leader, follower, at_leader, at_follower


async def said(session: Session, messages: list[bytes]) -> None:
    for message in messages:
        await session.room()
        session.put(message)


def some_messages(seed: int, count: int = 60) -> list[bytes]:
    chance = random.Random(seed)
    return [chance.randbytes(chance.choice([0, 1, 10, 3000, 100_000])) for _ in range(count)]


async def exchanged(lengths: Callable[[], tuple[int | None, int | None]], mangle: Callable[[bytes], bytes]) -> None:
    """Say much both ways at once over links of these lengths, and compare."""
    leader, follower, at_leader, at_follower = pair()
    there, back = some_messages(1), some_messages(2)
    async with conversing(leader, follower, lengths, mangle):
        await asyncio.gather(said(leader, there), said(follower, back))
        await until(lambda: len(at_leader) >= len(back) and len(at_follower) >= len(there))
    assert at_leader == back
    assert at_follower == there


@pytest.mark.parametrize("seed", range(4))
async def test_links_that_are_cut_anywhere(seed: int) -> None:
    chance = random.Random(seed)
    await exchanged(lambda: (chance.randint(500, 400_000), chance.randint(500, 400_000)), lambda data: data)


async def test_a_link_that_is_cut_at_every_byte() -> None:
    leader, follower, at_leader, at_follower = pair()
    cuts = iter(range(1, 400))

    def lengths() -> tuple[int | None, int | None]:
        length = next(cuts, None)
        return (length, None) if length is None or length % 2 else (None, length)

    async with conversing(leader, follower, lengths):
        for number in range(200):
            for session in (leader, follower):
                session.put(b"%d" % number)
            await asyncio.sleep(0)
        await until(lambda: len(at_leader) == len(at_follower) == 200)
    assert at_leader == at_follower == [b"%d" % number for number in range(200)]


async def test_lines_that_are_lost_damaged_and_doubled_on_the_way() -> None:
    chance = random.Random(5)

    def mangle(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        for at, line in enumerate(lines):
            match chance.randrange(40):
                case 0:
                    lines[at] = b""
                case 1:
                    lines[at] = line + line
                case 2:
                    lines[at] = b"$ prompt\n" + line[:-5] + b"\n"
        return b"".join(lines)

    await exchanged(lambda: (None, None), mangle)


async def test_a_small_message_goes_out_at_once() -> None:
    leader, follower, _, at_follower = pair(Timing())
    async with conversing(leader, follower):
        await leader.greeted.wait()
        leader.put(b"now")
        await asyncio.wait_for(until(lambda: at_follower), 5)


async def test_who_is_not_heard_waits() -> None:
    leader, follower, _, at_follower = pair()
    piece = bytes(40_000)
    fitting = MAX_UNHEARD_BYTES // len(piece) + 1
    for _ in range(fitting):
        await leader.room()
        leader.put(piece)
    waiting = asyncio.create_task(leader.room())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    async with conversing(leader, follower):
        await until(lambda: len(at_follower) == fitting)
        await waiting


async def test_noise_is_told_and_passed_over() -> None:
    leader, _, at_leader, _ = pair()
    pipe = FollowerPipe()
    link = LeaderLink(pipe, None, None)
    noise = list[bytes]()
    running = asyncio.create_task(leader.run(link, noise.append))
    link.hear(b"Welcome!\n$ \x1b[0m\n" + b"x" * 1_000_000 + b"\nD1.0.YQ==.00000000\n")
    await until(lambda: len(noise) == 3)
    link.cut()
    await running
    assert noise == [b"Welcome!", b"$ \x1b[0m", b"D1.0.YQ==.00000000"]
    assert at_leader == []


async def test_many_lines_at_once_leave_everybody_else_a_turn() -> None:
    leader, _, _, _ = pair(Timing())  # A slow machine takes longer than the patience of the others here.
    heard, turns = 0, set[int]()

    def hear(_: bytes) -> None:
        nonlocal heard
        heard += 1

    running = asyncio.create_task(leader.run(Liar(b"\n" * 100_000), hear))
    while not running.done():
        turns.add(heard)
        await asyncio.sleep(0)
    await running
    assert heard >= 100_000
    assert len(turns) > 100_000 / 1000


async def test_a_link_on_which_nobody_answers_is_given_up() -> None:
    leader, _, _, _ = pair()
    await asyncio.wait_for(leader.run(LeaderLink(FollowerPipe(), None, None)), 10)
    assert not leader.greeted.is_set()


async def test_a_link_that_falls_silent_is_given_up() -> None:
    leader, follower, _, _ = pair()
    is_dumb = False
    async with conversing(leader, follower, mangle=lambda data: b"" if is_dumb else data) as pipe:
        await until(leader.greeted.is_set)
        first = pipe.link
        is_dumb = True
        await until(lambda: pipe.link is not first)


async def test_a_link_on_which_nobody_hears_is_given_up_sooner() -> None:
    leader, follower, _, at_follower = pair(Timing(tick_s=0.01, ack_s=0.005, nudge_s=0.02, deaf_s=0.2))
    is_dumb = False
    async with conversing(leader, follower, mangle=lambda data: b"" if is_dumb else data) as pipe:
        await until(leader.greeted.is_set)
        first = pipe.link
        is_dumb = True
        leader.put(b"hello")
        await until(lambda: pipe.link is not first)
        is_dumb = False
        await until(leader.greeted.is_set)
        assert at_follower == [b"hello"]


async def test_a_quiet_link_lives_on_by_pings() -> None:
    leader, follower, _, _ = pair()
    async with conversing(leader, follower) as pipe:
        await until(leader.greeted.is_set)
        first, words = pipe.link, leader.words
        await until(lambda: leader.words > words + 8)
        assert pipe.link is first


class Liar:
    """A pipe on which one answers who knows the protocol and keeps none of it."""

    def __init__(self, *lines: bytes) -> None:
        self.lines = lines
        self.sent = 0

    async def send(self, data: bytes) -> None:
        self.sent += len(data)
        await asyncio.sleep(0)

    async def receive(self) -> AsyncIterator[bytes]:
        for line in self.lines:
            yield line
            await asyncio.sleep(0)


WELCOME = encode(Frame(FrameKind.WELCOME, 1, 0, b"liar"))


@pytest.mark.parametrize(
    "lines",
    [
        [encode(Frame(FrameKind.WELCOME, 1, 1, b"liar"))],
        [WELCOME, encode(Frame(FrameKind.ACK, 0, 10**12))],
        [WELCOME, encode(Frame(FrameKind.DATA, 1, 99, b"x"))],
        [WELCOME, encode(Frame(FrameKind.RESEND, 1, 99))],
        [WELCOME, encode(Frame(FrameKind.PING, 1, 99))],
        [WELCOME, *(encode(Frame(FrameKind.MORE, number, 0, bytes(45_000))) for number in range(1, 60))],
    ],
)
async def test_a_lie_ends_the_conversation(lines: list[bytes]) -> None:
    leader, _, _, _ = pair()
    with pytest.raises(WireViolation):
        await asyncio.wait_for(leader.run(Liar(*lines)), 10)


async def test_another_agent_is_no_other_end_of_the_same_conversation() -> None:
    leader, _, _, _ = pair()
    await leader.run(Liar(WELCOME))
    with pytest.raises(WireViolation, match="Another"):
        await leader.run(Liar(encode(Frame(FrameKind.WELCOME, 2, 0, b"other"))))


async def test_asking_for_everything_again_and_again_is_not_obeyed() -> None:
    leader, _, _, _ = pair()
    for _ in range(10):
        leader.put(bytes(40_000))
    liar = Liar(WELCOME, *([b"", *[encode(Frame(FrameKind.RESEND, 1, 0))] * 50] * 20))
    await leader.run(liar)
    assert liar.sent < 20 * 600_000


async def test_a_broken_pipe_is_no_error() -> None:
    class Broken(Liar):
        async def send(self, data: bytes) -> None:
            raise LinkBroken

    leader, _, _, _ = pair()
    await leader.run(Broken())


async def test_a_link_whose_sending_swallows_the_cancellation_ends_all_the_same() -> None:
    class Swallowing(Liar):
        def __init__(self) -> None:
            self.sending = asyncio.Event()

        async def send(self, data: bytes) -> None:
            if not self.sending.is_set():
                self.sending.set()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()

        async def receive(self) -> AsyncIterator[bytes]:
            await self.sending.wait()
            yield WELCOME

    leader, _, _, _ = pair()
    async with asyncio.timeout(10):
        await leader.run(Swallowing())


async def test_one_who_greets_in_anothers_name_is_not_answered() -> None:
    _, follower, _, at_follower = pair()
    hello = encode(Frame(FrameKind.HELLO, 1, 0, b"first"))
    liar = Liar(hello, encode(Frame(FrameKind.HELLO, 2, 0, b"second")))
    follower.put(b"for the first")
    await follower.run(liar)
    assert liar.sent < 200
    assert at_follower == []
