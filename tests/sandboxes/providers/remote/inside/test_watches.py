"""The agent's watches, asked without a channel."""

import asyncio
from pathlib import Path

from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.inside.watches import WATCHING, Watches


async def test_counts_the_lines_that_it_told(tmp_path: Path) -> None:
    gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    watches = Watches(ProjectFolder(tmp_path, None), gone)
    lines = watches.watch({"watch": "one"})
    assert await anext(lines) == WATCHING
    for name in ("a", "b"):
        (tmp_path / name).touch()
        settling = asyncio.create_task(watches.settle({"watch": "one"}))
        assert name.encode() in await anext(lines)
    reading = asyncio.create_task(anext(lines, None))
    assert await settling == 2
    gone.set_result("ended")
    assert await reading is None
    assert await watches.settle({"watch": "one"}) == 0
