"""The soak, with few sockets: all that dead clients left is gone. That it can fail is shown on planted figures."""

import asyncio
import dataclasses
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.benchmarks.serving import ROOT
from tests.benchmarks.size import QUICK
from tests.benchmarks.soak import MIB, Held, Wave, verdict

AT_PEAK = Held(sockets=60, subscriptions=60, generators=600, tasks=200, files=120, memory_bytes=100 * MIB)
AFTERWARDS = Held(sockets=0, subscriptions=0, generators=2, tasks=20, files=50, memory_bytes=100 * MIB)
GOOD = Wave(AT_PEAK, AFTERWARDS, 0.5)


async def test_nothing_stays_of_clients_that_die() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks", "soak", "--quick", cwd=ROOT, stdout=PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    assert printed.decode().count("afterwards") == QUICK.waves


def test_a_server_that_comes_back_is_fine() -> None:
    assert verdict([GOOD, GOOD], 60) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"generators": 60}, "58 generators stayed"),
        ({"tasks": 80}, "60 tasks stayed"),
        ({"files": 110}, "60 files stayed"),
        ({"memory_bytes": 200 * MIB}, "bytes of memory stayed"),
        ({"sockets": 1}, "should have no socket"),
        ({"subscriptions": 1}, "should have no socket and no subscription"),
    ],
)
def test_what_stays_is_named(change: dict[str, int], complaint: str) -> None:
    leaky = dataclasses.replace(GOOD, afterwards=dataclasses.replace(AFTERWARDS, **change))
    (wrong,) = verdict([GOOD, leaky], 60)
    assert complaint in wrong


def test_waves_that_were_none_and_ends_that_take_long_are_named() -> None:
    empty = dataclasses.replace(GOOD, at_peak=dataclasses.replace(AT_PEAK, subscriptions=59))
    slow = dataclasses.replace(GOOD, seconds=11.0)
    wrong = verdict([empty, slow], 60)
    assert len(wrong) == 2
    assert "should have 60 sockets" in wrong[0]
    assert "11.0 s" in wrong[1]
