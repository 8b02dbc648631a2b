"""`python -m tests.support.vendors.victim FOLDER`: a server over a vendor on paper, killed at each step of a life.

For each step there is a fork with an account of its own, the folder of the step's number: it makes a sandbox, pauses
it, lets it go on and live longer, stops it and sweeps, and is gone by SIGKILL at that step: before or behind a request
to the vendor. The last fork comes to the end. The names of the steps are printed.
"""

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.vendors.remote import bare, paper_world

SPEC = SandboxSpec("one", "project")
_REQUESTS = ("create", "list", "pause", "resume", "extend", "destroy")


def main() -> None:
    """Fork until one lives to the end."""
    root = Path(sys.argv[1])
    for number in itertools.count():
        folder = root / str(number)
        folder.mkdir()
        child = os.fork()
        if child == 0:
            asyncio.run(_live(folder, number))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return


async def _live(folder: Path, fatal: int) -> None:
    """A sandbox's life, cut off at the step of that number."""
    steps = itertools.count()

    def step(name: str) -> Callable[[], object]:
        async def meet() -> None:
            if next(steps) == fatal:
                os.write(1, f"{name}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)

        return meet

    async with paper_world(folder) as world:
        for request in _REQUESTS:
            for place in ("before", "after"):
                name = f"{request}:{place}"
                world.moods.steps[name] = step(name)  # type: ignore[assignment]
        machine = bare(await world.provider.create(SPEC))
        await machine.pause()
        await machine.resume()
        await machine.extend(utcnow() + timedelta(hours=9))
        await machine.stop()
        await world.provider.remove_orphans([])


if __name__ == "__main__":
    main()
