"""Measuring two programs in turns, so that whatever the machine does meanwhile happens to both."""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Cost:
    """What one unit of work took: seconds by the clock, and of CPU where a server of its own did it.

    Where a round measured several units one by one, `each_s` has them all.
    """

    wall_s: float
    cpu_s: float | None = None
    each_s: tuple[float, ...] = ()

    @classmethod
    def of_each(cls, each_s: Sequence[float]) -> "Cost":
        """The cost of a round whose units were measured one by one."""
        return cls(statistics.mean(each_s), each_s=tuple(each_s))


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
    """Us beside one baseline, a unit, and our cost as a multiple of the baseline's, round by round.

    `measure` is "wall" or "cpu", both in milliseconds, or "MiB". What 95 of 100 units stay below is known where they
    were measured one by one.
    """

    measure: str
    baseline: str
    ours: Spread
    theirs: Spread
    ratio: Spread
    ours_p95: float | None = None
    theirs_p95: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contest showed."""

    name: str
    unit: str
    rounds: int
    comparisons: list[Comparison]


Entry = Contest | Callable[[], Outcome]
"""What a group shows: a contest, or something that is measured once."""


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
    wall = compare("wall", baseline, [cost.wall_s * 1000 for cost in ours], [cost.wall_s * 1000 for cost in theirs])
    found = [replace(wall, ours_p95=_p95_ms(ours), theirs_p95=_p95_ms(theirs))]
    our_cpu = [cost.cpu_s * 1000 for cost in ours if cost.cpu_s is not None]
    their_cpu = [cost.cpu_s * 1000 for cost in theirs if cost.cpu_s is not None]
    if our_cpu and their_cpu:
        found.append(compare("cpu", baseline, our_cpu, their_cpu))
    return found


def compare(measure: str, baseline: str, ours: list[float], theirs: list[float]) -> Comparison:
    """Set figures beside each other, each of ours beside the one of theirs in the same round."""
    ratio = Spread.of([our / their for our, their in zip(ours, theirs, strict=True)])
    return Comparison(measure, baseline, Spread.of(ours), Spread.of(theirs), ratio)


def _p95_ms(costs: list[Cost]) -> float | None:
    each_ms = [second * 1000 for cost in costs for second in cost.each_s]
    return statistics.quantiles(each_ms, n=20, method="inclusive")[-1] if len(each_ms) > 1 else None
