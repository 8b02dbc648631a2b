"""What a run showed, for people and for programs."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict

from tests.benchmarks.measure import Comparison, Outcome, Spread

COLUMNS = "{:<33} {:<28} {:<4} {:>9} {:>11} {:>7}   {}"


def header() -> str:
    """The heads of the columns of `lines`."""
    return COLUMNS.format("what (a unit)", "beside", "of", "ours, ms", "theirs, ms", "ratio", "half of the rounds")


def lines(outcome: Outcome) -> Iterable[str]:
    """A line for each comparison; a ratio of 2 says that we cost twice as much."""
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
        f"{found.ours_ms.median:.3f}",
        f"{found.baseline_ms.median:.3f}",
        f"{found.ratio.median:.2f}",
        _range(found.ratio),
    )


def _range(spread: Spread) -> str:
    return f"{spread.low:.2f} to {spread.high:.2f}"
