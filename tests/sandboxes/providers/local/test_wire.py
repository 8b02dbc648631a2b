"""The messages, host's side; the supervisor's is proved by every command that runs."""

import asyncio
import os
import socket

import pytest

from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.inside.command import Order


def test_an_order_survives_the_journey() -> None:
    message = wire.start_message(["prog", "", "a=b\n"], "/project/x", {"A": "1=2", "B": ""}, {7: 10, 4: 0})
    order = Order(message)
    assert order.argv == [b"prog", b"", b"a=b\n"]
    assert order.env == {b"A": b"1=2", b"B": b""}
    assert (order.cwd, order.rlimits) == (b"/project/x", b"7:10,4:0")


def test_an_order_may_want_a_terminal() -> None:
    order = Order(wire.start_message(["sh"], "/", {}, {4: 0}, (132, 50)))
    assert (order.window, order.argv) == ([132, 50], [b"sh"])
    assert Order(wire.start_message(["sh"], "/", {}, {4: 0})).window == []


def test_reports_bring_descriptors() -> None:
    ours, theirs = wire.channel_pair()
    with ours, theirs:
        with pytest.raises(BlockingIOError):
            wire.receive_report(ours)
        reader, writer = os.pipe()
        socket.send_fds(theirs, [b"started 9"], [reader])
        report, (received,) = wire.receive_report(ours)
        assert report == wire.Started(9)
        assert os.fstat(received).st_ino == os.fstat(reader).st_ino
        assert not os.get_inheritable(received)
        for descriptor in (reader, writer, received):
            os.close(descriptor)
        theirs.send(b"nonsense")
        assert wire.receive_report(ours) == (None, [])
        theirs.close()
        assert wire.receive_report(ours) == (None, [])


def test_parses_reports() -> None:
    assert wire.parse_report(b"started 17") == wire.Started(17)
    assert wire.parse_report(b"error exec 2") == wire.Failed("exec", 2)
    assert wire.parse_report(b"ended 768 12 4096 1") == wire.Ended(768, 12, 4096, True)


@pytest.mark.parametrize("message", [b"nonsense", b"started x", b"ended 1 2", b"\xff\xfe"])
def test_refuses_other_messages(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"report|literal"):
        wire.parse_report(message)


async def test_learns_who_sent_ready() -> None:
    ours, theirs = wire.channel_pair()
    with ours, theirs:
        theirs.send(b"ready 1")
        assert await wire.receive_ready(ours, 5) == os.getpid()


@pytest.mark.parametrize("message", [b"ready 2", b"hello"])
async def test_refuses_who_is_not_pid_1(message: bytes) -> None:
    ours, theirs = wire.channel_pair()
    with ours, theirs:
        theirs.send(message)
        assert await wire.receive_ready(ours, 5) is None


async def test_a_vanished_or_silent_supervisor() -> None:
    ours, theirs = wire.channel_pair()
    with ours:
        with theirs, pytest.raises(TimeoutError):
            await wire.receive_ready(ours, 0.01)
        assert await wire.receive_ready(ours, 5) is None


async def test_send_waits_for_a_busy_receiver() -> None:
    ours, theirs = wire.channel_pair()
    with ours, theirs:

        async def send_many() -> None:
            for _ in range(100):
                await wire.send(ours, bytes(50_000))

        sending = asyncio.create_task(send_many())
        received = 0
        while received < 100:
            await asyncio.sleep(0)
            try:
                theirs.recv(100_000, socket.MSG_DONTWAIT)
                received += 1
            except BlockingIOError:
                continue
        await sending
        theirs.close()
        with pytest.raises(OSError, match=r"pipe|reset"):
            await wire.send(ours, b"x")
