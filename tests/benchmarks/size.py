"""How much work a run does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Rounds that count, and units of work in each."""

    rounds: int
    lists: int
    requests: int
    lines: int
    stream_rounds: int
    spawn_rounds: int
    spawns: int
    sockets: int
    waves: int


FULL = Size(
    rounds=11,
    lists=120,
    requests=400,
    lines=20_000,
    stream_rounds=7,
    spawn_rounds=11,
    spawns=5,
    sockets=500,
    waves=4,
)
"""For figures: about two minutes."""

QUICK = Size(
    rounds=2,
    lists=16,
    requests=16,
    lines=20_000,
    stream_rounds=1,
    spawn_rounds=2,
    spawns=1,
    sockets=60,
    waves=2,
)
"""To see that everything runs: less than half a minute, and figures that mean nothing."""
