"""Watching the files of the machine for the server."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

from aura_gql.sandboxes.providers.local.file_watch import LocalFileWatch
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.inside.files import Arguments
from aura_gql.sandboxes.providers.remote.wire.entries import event_record
from aura_gql.sandboxes.providers.remote.wire.records import JSON, encoded

WATCHING = b"[]\n"
"""What comes first: the tree that is there now is known."""


class Watches:
    """The watches of one project folder, by the names that the server gives them."""

    def __init__(self, files: ProjectFolder, gone: "asyncio.Future[str]") -> None:
        """`gone` is done once the machine ends, as far as this process lives to see that."""
        self._files = files
        self._gone = gone
        self._running: dict[str, _Running] = {}

    async def watch(self, arguments: Arguments) -> AsyncIterator[bytes]:
        """A watch by the name `watch`, until it is closed: an empty line, then lines of changes, of which a large batch
        takes several.
        """
        name = cast("str", arguments["watch"])
        async with LocalFileWatch(self._files, self._gone) as watch:
            running = self._running[name] = _Running(watch)
            try:
                yield WATCHING
                async for batch in watch:
                    for line in encoded(event_record(event) for event in batch):
                        running.told += 1
                        yield line
            finally:
                del self._running[name]

    async def settle(self, arguments: Arguments) -> JSON:
        """As the port says for the watch `watch`, but the lines may be on their way; how many it told so far."""
        running = self._running.get(cast("str", arguments["watch"]))
        if running is None:
            return 0
        await running.watch.settle()
        return running.told


class _Running:
    def __init__(self, watch: LocalFileWatch) -> None:
        self.watch = watch
        self.told = 0
