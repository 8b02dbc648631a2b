"""What a run showed, for people and for programs."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict

from tests.benchmarks.measure import Comparison, Outcome, Spread

COLUMNS = "{:<43} {:<28} {:<4} {:>9} {:>8} {:>9} {:>8} {:>7}   {}"


def header() -> str:
    """The heads of the columns of `lines`."""
    heads = ("what (a unit)", "beside", "of", "ours", "p95", "theirs", "p95", "ratio", "half of the rounds")
    return COLUMNS.format(*heads)


def lines(outcome: Outcome) -> Iterable[str]:
    """A line for each comparison, times in milliseconds; a ratio of 2 says that we cost twice as much."""
    name = f"{outcome.name} ({outcome.unit})"
    for comparison in outcome.comparisons:
        yield _line(name, comparison)
        name = ""


def as_json(outcomes: list[Outcome]) -> str:
    """All figures, with the kind of machine."""
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": os.getloadavg(),
    }
    return json.dumps({"machine": machine, "outcomes": [asdict(outcome) for outcome in outcomes]}, indent=2)


def _line(name: str, found: Comparison) -> str:
    return COLUMNS.format(
        name,
        found.baseline,
        found.measure,
        f"{found.ours.median:.3f}",
        _or_nothing(found.ours_p95),
        f"{found.theirs.median:.3f}",
        _or_nothing(found.theirs_p95),
        f"{found.ratio.median:.2f}",
        _range(found.ratio),
    )


def _or_nothing(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.3f}"


def _range(spread: Spread) -> str:
    return f"{spread.low:.2f} to {spread.high:.2f}"
