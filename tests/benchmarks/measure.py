"""Measuring two programs in turns, so that whatever the machine does meanwhile happens to both."""

import statistics
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What one unit of work took: seconds by the clock, and of CPU where a server of its own did it."""

    wall_s: float
    cpu_s: float | None = None


Side = Callable[[], Awaitable[Cost]]
"""One round of one contestant."""


@dataclass(frozen=True, slots=True)
class Contest:
    """The same work done by us and by each baseline; `unit` is what a cost is the cost of."""

    name: str
    unit: str
    rounds: int
    ours: Side
    baselines: Mapping[str, Side]


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some figures, and its half of them: the interquartile range."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: list[float]) -> "Spread":
        """The spread of at least one figure."""
        if len(figures) == 1:
            return cls(figures[0], figures[0], figures[0])
        low, median, high = statistics.quantiles(figures, n=4, method="inclusive")
        return cls(median, low, high)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Us beside one baseline: milliseconds a unit, and our cost as a multiple of the baseline's, round by round.

    `measure` is "wall" or "cpu".
    """

    measure: str
    baseline: str
    ours_ms: Spread
    baseline_ms: Spread
    ratio: Spread


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contest showed."""

    name: str
    unit: str
    rounds: int
    comparisons: list[Comparison]


async def hold(contest: Contest) -> Outcome:
    """Warm every side up with one round that does not count, then let them take turns, each second round backwards."""
    sides: dict[str, Side] = {"": contest.ours, **contest.baselines}
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for side in sides.values():
        await side()
    for number in range(contest.rounds):
        order = list(sides) if number % 2 == 0 else list(reversed(sides))
        for name in order:
            costs[name].append(await sides[name]())
    ours = costs.pop("")
    comparisons = [found for name, theirs in costs.items() for found in _compare(name, ours, theirs)]
    return Outcome(contest.name, contest.unit, contest.rounds, comparisons)


def _compare(baseline: str, ours: list[Cost], theirs: list[Cost]) -> list[Comparison]:
    found = [_comparison("wall", baseline, [cost.wall_s for cost in ours], [cost.wall_s for cost in theirs])]
    our_cpu = [cost.cpu_s for cost in ours if cost.cpu_s is not None]
    their_cpu = [cost.cpu_s for cost in theirs if cost.cpu_s is not None]
    if our_cpu and their_cpu:
        found.append(_comparison("cpu", baseline, our_cpu, their_cpu))
    return found


def _comparison(measure: str, baseline: str, ours: list[float], theirs: list[float]) -> Comparison:
    return Comparison(
        measure,
        baseline,
        Spread.of([second * 1000 for second in ours]),
        Spread.of([second * 1000 for second in theirs]),
        Spread.of([our / their for our, their in zip(ours, theirs, strict=True)]),
    )
