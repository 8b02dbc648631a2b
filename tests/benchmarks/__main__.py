"""`scripts/bench [GROUP…] [--quick] [--json FILE]`, and `scripts/bench soak`, `ledger` or `crash`, also `--quick`."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from aura_gql.commands.stopping import run_until_stopped
from tests.benchmarks import (
    archives,
    crash,
    files,
    graph,
    ledger,
    providers,
    report,
    sandbox,
    soak,
    stream,
    templates,
)
from tests.benchmarks.measure import Entry, Outcome, hold
from tests.benchmarks.size import FULL, QUICK, Size
from tests.benchmarks.world import World, world

Group = Callable[[World, Size], AbstractAsyncContextManager[list[Entry]]]

GROUPS: dict[str, Group] = {
    "graph": graph.contests,
    "files": files.contests,
    "templates": templates.contests,
    "stream": stream.contests,
    "sandbox": sandbox.contests,
    "providers": providers.contests,
}
LONGEST_S = 600
SOAK, LEDGER, CRASH, ARCHIVES = "soak", "ledger", "crash", "archives"


def main() -> None:
    """Run the groups that were named, or all of them."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="What the server costs beside the plainest program that does the same, taking turns in one run.",
    )
    alone = f"{SOAK}: sockets that die abruptly; {LEDGER}: readers that do, at any moment; {CRASH}: servers that do; "
    alone += f"{ARCHIVES}: what a large archive takes in memory"
    groups = f"{', '.join(GROUPS)}; all where none is named; or {alone}"
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=groups)
    parser.add_argument("--quick", action="store_true", help="only see that everything runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else FULL
    if arguments.groups == [SOAK]:
        sys.exit(_soak(size))
    if arguments.groups == [LEDGER]:
        sys.exit(_ledger(size))
    if arguments.groups == [CRASH]:
        sys.exit(_crash(size))
    if arguments.groups == [ARCHIVES]:
        sys.exit(_archives(size))
    if unknown := set(arguments.groups) - set(GROUPS):
        parser.error(f"there is no group {', '.join(sorted(unknown))}")
    sys.exit(run_until_stopped(lambda _: _run(arguments.groups or list(GROUPS), size, arguments.json)))


def _soak(size: Size) -> int:
    """The exit code: 1 where something stayed of clients that died."""
    wrong: list[str] = []

    async def run() -> None:
        print(soak.header())
        async with asyncio.timeout(LONGEST_S):
            waves = await soak.soak(size.sockets, size.waves)
        wrong.extend(soak.verdict(waves, size.sockets))
        print(*wrong or ["All is back where it was."], sep="\n")

    code = run_until_stopped(lambda _: run())
    return code or int(bool(wrong))


def _ledger(size: Size) -> int:
    """The exit code: 1 where a reader got anything but what was written."""
    wrong: list[str] = []

    async def run() -> None:
        print(ledger.header())
        async for damage in ledger.storms(size.cuts):
            print(ledger.line(damage), *damage.wrong[len(wrong) :], sep="\n", flush=True)
            wrong[:] = damage.wrong
        if not wrong:
            print("Everybody got every chunk once, in order, and one end.")

    code = run_until_stopped(lambda _: run())
    return code or int(bool(wrong))


def _crash(size: Size) -> int:
    """The exit code: 1 where a write that was acknowledged is lost, or half of one is there."""
    wrong: list[str] = []

    async def run() -> None:
        print(crash.header())
        async for damage in crash.storm(size.crashes):
            print(crash.line(damage), *damage.wrong[len(wrong) :], sep="\n", flush=True)
            wrong[:] = damage.wrong
        if not wrong:
            print("All that was acknowledged is there, and no half of anything.")

    code = run_until_stopped(lambda _: run())
    return code or int(bool(wrong))


def _archives(size: Size) -> int:
    """The exit code: 1 where memory grew more than it may."""
    wrong: list[str] = []

    async def run() -> None:
        print(archives.header())
        async for passage in archives.passages(size.archive_mib):
            print(archives.line(passage), flush=True)
            wrong.extend(archives.verdict(passage))
        print(*wrong or ["Memory stays flat."], sep="\n")

    code = run_until_stopped(lambda _: run())
    return code or int(bool(wrong))


async def _run(names: list[str], size: Size, file: Path | None) -> None:
    outcomes: list[Outcome] = []
    print(report.header())
    async with asyncio.timeout(LONGEST_S), world() as everything:
        for name in names:
            async with GROUPS[name](everything, size) as contests:
                for contest in contests:
                    outcome = contest() if callable(contest) else await hold(contest)
                    outcomes.append(outcome)
                    print(*report.lines(outcome), sep="\n", flush=True)
    if file:
        file.write_text(report.as_json(outcomes) + "\n")


if __name__ == "__main__":
    main()
