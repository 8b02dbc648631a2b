"""Links are cut, and nobody who uses the sandbox notices."""

import asyncio
import contextlib
import hashlib
import random
from collections.abc import AsyncIterator

import pytest

from aura_gql.sandboxes.providers.remote.conversation import Conversation
from aura_gql.sandboxes.providers.remote.wire.frames import Frame, FrameKind, encode
from aura_gql.sandboxes.providers.remote.wire.values import Timing
from aura_gql.sandboxes.values import Command, EndReason, TerminalSpec
from tests.support.processes import argv_of, finished, run
from tests.support.vendors.remote import TryoutWorld, tryout_world
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIZE = 5_000_000


async def test_five_megabytes_each_way_while_links_are_cut_every_few_kilobytes() -> None:
    chance = random.Random(3)
    data = chance.randbytes(SIZE)
    async with tryout_world(
        lengths=lambda: (chance.randint(90_000, 400_000), chance.randint(90_000, 400_000))
    ) as world:
        box = await world.create()
        process = await box.start_process(Command(argv_of("tee /dev/fd/2 | sha256sum")))

        async def feed() -> None:
            await process.write_stdin(data)
            await process.close_stdin()

        _, outcome = await asyncio.gather(feed(), finished(process))
        assert outcome.status.exit_code == 0
        assert outcome.stderr == data
        assert outcome.text.split()[0] == hashlib.sha256(data).hexdigest()
        assert world.vendor.relinks > 20


async def test_what_was_under_way_goes_on_behind_a_cut(tryout: TryoutWorld) -> None:
    box = await tryout.create("cut")
    process = await box.start_process(Command(["cat"]))
    terminal = await box.open_terminal(TerminalSpec(["cat"]))
    for word in (b"one\n", b"two\n", b"three\n"):
        relinks = tryout.vendor.relinks
        tryout.vendor.cut_all()
        await process.write_stdin(word)
        assert (await anext(process.output())).data == word
        assert tryout.vendor.relinks > relinks
    await process.close_stdin()
    assert (await process.wait()).exit_code == 0
    await terminal.terminate(grace_ms=0)
    await box.stop()


async def test_an_agent_that_lies_is_left_and_its_commands_are_lost(tryout: TryoutWorld) -> None:
    box = await tryout.create("lies")
    process = await box.start_process(Command(["sleep", "600"]))
    conversation = box._channel._conversation
    assert conversation is not None
    (machine,) = [each for each in tryout.vendor.machines.values() if each.wish.sandbox_id == "lies"]
    # It acknowledges what was never said.
    await list(machine.launched.values())[-1].links[0].hear(encode(Frame(FrameKind.ACK, 0, 99_999)))
    assert (await process.wait()).reason is EndReason.LOST
    assert conversation.is_over
    assert (await run(box, "echo", "again")).text == "again"
    await box.stop()


async def test_an_agent_that_never_greets_again_is_given_up(tryout: TryoutWorld) -> None:
    box = await tryout.create("mute")
    await box._channel.peer()
    (machine,) = [each for each in tryout.vendor.machines.values() if each.wish.sandbox_id == "mute"]
    conversation = box._channel._conversation
    assert conversation is not None
    conversation._give_up_s = 0.5
    conversation._session._timing = Timing(tick_s=0.01, welcome_s=0.3)
    agent = list(machine.launched.values())[-1]
    await machine.guest.signal(agent.process.pid, 19)
    tryout.vendor.cut_all()
    await until(lambda: conversation.is_over)
    assert (await run(box, "echo", "another")).text == "another"
    await box.stop()


async def test_nobody_takes_a_paused_machine_for_dead(tryout: TryoutWorld) -> None:
    box = await tryout.create("paused")
    process = await box.start_process(Command(["cat"]))
    await box.pause()
    tryout.vendor.cut_all()
    writing = asyncio.create_task(process.write_stdin(b"hello"))
    await box.resume()
    await writing
    assert (await anext(process.output())).data == b"hello"
    await box.stop()
    assert (await process.wait()).reason is EndReason.LOST


class Mute:
    """A link on which nobody ever says anything."""

    token = "mute"

    async def send(self, data: bytes) -> None:
        await asyncio.sleep(0)

    async def receive(self) -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async def close(self) -> None:
        """There is nothing to let go of."""


class Swallowing:
    """Machine and links at once: who is cancelled as he takes up another link gets it, and is not cancelled."""

    def __init__(self) -> None:
        self.relinking = asyncio.Event()
        self.token = "swallowing"

    async def send(self, data: bytes) -> None:
        await asyncio.sleep(0)

    async def receive(self) -> AsyncIterator[bytes]:
        if self.relinking.is_set():
            await asyncio.Event().wait()
        yield encode(Frame(FrameKind.WELCOME, 1, 0, b"agent"))

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def relink(self, token: str) -> "Swallowing":
        self.relinking.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return self

    async def awake(self) -> None:
        """It always is."""

    def suspect(self) -> None:
        """Nobody is asked."""


async def test_a_conversation_closes_though_relinking_swallows_the_cancellation() -> None:
    machine = Swallowing()
    conversation = Conversation(machine, machine)
    await conversation.begin()
    await machine.relinking.wait()
    async with asyncio.timeout(8):
        await conversation.close()


async def test_a_start_that_is_given_up_leaves_no_task(tryout: TryoutWorld) -> None:
    box = await tryout.create("given-up")
    await box._channel.peer()
    before = asyncio.all_tasks()
    conversation = Conversation(box._machine, Mute())
    beginning = asyncio.create_task(conversation.begin())
    await asyncio.sleep(0.02)
    beginning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginning
    await conversation.close()
    await until(lambda: not [task for task in asyncio.all_tasks() - before if "Event.wait" in repr(task.get_coro())])
    await box.stop()
