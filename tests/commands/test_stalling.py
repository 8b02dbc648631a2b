"""When waiting for a client ends; what follows is in the tests of the protocols."""

import asyncio
from typing import cast

from aura_gql.commands.stalling import StallClock
from tests.support.waiting import until


class Output:
    """The buffer of a transport: each look takes something out of it, while there is a reader."""

    def __init__(self, size: int, taken_at_a_look: int) -> None:
        self.size = size
        self.taken_at_a_look = taken_at_a_look
        self.looks = 0

    def get_write_buffer_size(self) -> int:
        self.looks += 1
        self.size -= self.taken_at_a_look
        return self.size


def clock(output: Output, given_up: list[int]) -> StallClock:
    return StallClock(cast(asyncio.Transport, output), 0.01, lambda: given_up.append(output.looks))


async def test_gives_up_once_where_nothing_is_taken() -> None:
    given_up: list[int] = []
    clock(Output(1000, 0), given_up).start()
    await until(lambda: given_up)
    assert given_up == [2]


async def test_waits_for_one_who_takes_a_little() -> None:
    given_up: list[int] = []
    output = Output(1000, 1)
    watch = clock(output, given_up)
    watch.start()
    await until(lambda: output.looks > 20)
    assert given_up == []
    output.taken_at_a_look = 0
    await until(lambda: given_up)


async def test_gives_up_on_one_who_takes_too_little() -> None:
    given_up: list[int] = []
    output = cast(asyncio.Transport, Output(1_000_000, 9))
    StallClock(output, 0.01, lambda: given_up.append(1), least_bytes=10).start()
    await until(lambda: given_up)


async def test_stops_where_all_has_gone() -> None:
    given_up: list[int] = []
    watch = clock(Output(1000, 0), given_up)
    watch.stop()
    watch.start()
    watch.stop()
    later = clock(Output(1000, 0), given_up)
    later.start()
    await until(lambda: given_up)
    assert given_up == [2]
