"""The benchmarks run, and print a ratio for each contest; what the figures are is not for tests to say."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.benchmarks.measure import Contest, Cost, Spread, hold
from tests.benchmarks.serving import ROOT, Serving

CONTESTS = [
    ("50 templates", "request"),
    ("one project, signed in", "request"),
    ("__typename", "request"),
    ("a tree of 100 files", "request"),
    ("saveFile", "service"),
    ("saveFile", "API"),
    ("a batch of 10 files", "service"),
    ("a diff of 1,000 lines", "API"),
    ("50 templates with dependencies", "request"),
    ("search as you type", "key"),
    ("a project of 6 files", "service, to READY"),
    ("a sync of the starters", "service"),
    ("5,000 lines", "all lines"),
    ("sandbox create, cold", "provider"),
    ("sandbox create, one waits", "provider"),
    ("sandbox create, one waits", "API, to RUNNING"),
    ("4 sandboxes at once", "provider"),
    ("sh -c true", "provider"),
    ("python3 -c pass", "provider"),
    ("node -e 0", "provider"),
    ("bash: true", "API, to finished"),
    ("python: pass", "API, to finished"),
    ("first byte", "process to client"),
    ("an idle sandbox", "2 processes"),
    *(
        (f"{vendor}: {what}", "provider")
        for vendor in ("E2B", "DAYTONA")
        for what in ("create", "sh -c true", "1 MiB of output", "write 10 files")
    ),
]


@pytest.mark.timeout(400)  # Where others are at work on the machine.
async def test_a_quick_run_prints_every_ratio(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--json", str(figures)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    outcomes = json.loads(figures.read_text())["outcomes"]
    assert [(outcome["name"], outcome["unit"]) for outcome in outcomes] == CONTESTS
    for outcome in outcomes:
        assert outcome["comparisons"]
        assert all(comparison["ratio"]["median"] > 0 for comparison in outcome["comparisons"])
        assert f"{outcome['name']} ({outcome['unit']})" in printed.decode()


async def test_sides_take_turns_and_are_compared_round_by_round() -> None:
    turns: list[str] = []
    times = {"ours": iter([9.0, 2.0, 30.0, 4.0]), "theirs": iter([9.0, 1.0, 10.0, 4.0])}

    async def ours() -> Cost:
        turns.append("ours")
        return Cost(next(times["ours"]), cpu_s=1.0)

    async def theirs() -> Cost:
        turns.append("theirs")
        return Cost(next(times["theirs"]))

    outcome = await hold(Contest("name", "unit", 3, ours, {"theirs": theirs}))
    assert turns == ["ours", "theirs", "ours", "theirs", "theirs", "ours", "ours", "theirs"]
    (comparison,) = outcome.comparisons
    assert comparison.measure == "wall"
    assert comparison.ratio == Spread(median=2.0, low=1.5, high=2.5)
    assert comparison.ours.median == pytest.approx(4000)


async def test_the_cpu_clock_is_that_of_the_other_process() -> None:
    program = "import time\nwhile time.process_time() < 0.2: pass\nprint(time.process_time(), flush=True); input()"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=PIPE, stdout=PIPE)
    assert process.stdout
    told = float(await process.stdout.readline())
    assert told <= Serving(process.pid, "").cpu_s
    await process.communicate(b"\n")
