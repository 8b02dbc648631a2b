"""A machine is looked at by and by, and at once where it is suspected."""

import asyncio
import contextlib

from aura_gql.sandboxes.providers.remote.errors import VendorDown
from aura_gql.sandboxes.providers.remote.watching import MachineWatch, WatchLimits
from tests.support.waiting import until


async def test_looks_until_it_is_gone_whatever_goes_wrong() -> None:
    answers: list[bool | VendorDown] = [True, VendorDown("Down."), True, False, True]

    async def look() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, VendorDown):
            raise answer
        return answer

    watch = MachineWatch(look, WatchLimits(0.0, 0.001, 0.0))
    await until(lambda: watch.has_ended)
    assert answers == [True]


async def test_a_suspicion_is_looked_into_at_once() -> None:
    looks: asyncio.Queue[None] = asyncio.Queue()

    async def look() -> bool:
        looks.put_nowait(None)
        return True

    watch = MachineWatch(look, WatchLimits(600.0, 600.0, 0.0))
    for _ in range(3):
        watch.suspect()
        await asyncio.wait_for(looks.get(), 30)
    watch.end()
    watch.end()
    await until(lambda: watch.has_ended)


async def test_ends_though_a_look_swallows_the_cancellation() -> None:
    looking = asyncio.Event()

    async def look() -> bool:
        looking.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return True

    watch = MachineWatch(look, WatchLimits(0.0, 0.001, 0.0))
    await looking.wait()
    watch.end()
    await until(lambda: watch.has_ended)
