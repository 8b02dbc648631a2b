"""How much work a run does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Rounds that count, and units of work in each. `rest_s` is how long a server may take to make a sandbox ahead."""

    rounds: int
    lists: int
    requests: int
    lines: int
    stream_rounds: int
    spawn_rounds: int
    spawns: int
    at_once: int
    rest_s: float
    sockets: int
    waves: int
    cuts: int
    saves: int
    tree_files: int
    trees: int
    crashes: int
    batch: int
    batches: int
    diff_lines: int
    diffs: int
    archive_mib: int
    projects: int
    syncs: int


FULL = Size(
    rounds=11,
    lists=120,
    requests=400,
    lines=100_000,
    stream_rounds=7,
    spawn_rounds=11,
    spawns=5,
    at_once=40,
    rest_s=0.8,
    sockets=500,
    waves=4,
    cuts=50_000,
    saves=30,
    tree_files=5_000,
    trees=8,
    crashes=1_000,
    batch=500,
    batches=7,
    diff_lines=10_000,
    diffs=10,
    archive_mib=500,
    projects=10,
    syncs=5,
)
"""For figures: about two minutes."""

QUICK = Size(
    rounds=2,
    lists=16,
    requests=16,
    lines=5_000,
    stream_rounds=1,
    spawn_rounds=2,
    spawns=1,
    at_once=4,
    rest_s=0.0,
    sockets=60,
    waves=2,
    cuts=100,
    saves=3,
    tree_files=100,
    trees=8,
    crashes=20,
    batch=10,
    batches=1,
    diff_lines=1_000,
    diffs=1,
    archive_mib=20,
    projects=2,
    syncs=1,
)
"""To see that everything runs: less than half a minute, and figures that mean nothing."""
