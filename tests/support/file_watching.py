"""Following a watch, and what its events make of a tree."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable

from aura_gql.files.changes.values import ChangeKind
from aura_gql.sandboxes.machine_files.ports import FileWatch
from aura_gql.sandboxes.machine_files.values import FileEvent, Rescan
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.values import FileKind

Tree = dict[str, tuple[FileKind, int]]
"""Kinds and sizes by path."""


class Follower:
    """Keeps what a watch tells."""

    def __init__(self, watch: FileWatch) -> None:
        self._watch = watch
        self.events: list[FileEvent] = []
        self.rescans: list[Rescan] = []

    async def read(self) -> None:
        """To the end of the watch."""
        async for batch in self._watch:
            for event in batch:
                if isinstance(event, Rescan):
                    self.rescans.append(event)
                else:
                    self.events.append(event)

    async def settled(self) -> list[FileEvent]:
        """All events so far, once everything that has happened is told; they are not told again."""
        async with asyncio.timeout(60):
            await self._watch.settle()
        told, self.events = self.events, []
        return told


@contextlib.asynccontextmanager
async def following(sandbox: Sandbox) -> AsyncIterator[Follower]:
    """A watch with its reader."""
    async with sandbox.watch() as watch:
        follower = Follower(watch)
        reading = asyncio.create_task(follower.read())
        try:
            yield follower
        finally:
            reading.cancel()
            await asyncio.wait({reading})


def short(events: Iterable[FileEvent]) -> list[str]:
    """Events as words: `CREATED a`, `MOVED a -> b`."""
    return [
        f"{event.kind} {event.from_path} -> {event.path}" if event.from_path else f"{event.kind} {event.path}"
        for event in events
    ]


def apply(tree: Tree, events: Iterable[FileEvent]) -> None:
    """Do to a tree what events say; AssertionError for one that can't be, as that something is made twice."""
    for event in events:
        if event.kind is ChangeKind.MOVED:
            assert event.from_path is not None
            assert event.path not in tree
            prefix = f"{event.from_path}/"
            for path in [each for each in tree if each == event.from_path or each.startswith(prefix)]:
                tree[event.path + path.removeprefix(event.from_path)] = tree.pop(path)
        elif event.kind is ChangeKind.DELETED:
            del tree[event.path]
        else:
            assert (event.path in tree) is (event.kind is ChangeKind.MODIFIED), event
            tree[event.path] = (event.entry, event.size)


async def real_tree(sandbox: Sandbox) -> Tree:
    """What is there."""
    found = await sandbox.list_files(".", 1_000_000, recursive=True)
    return {info.path: (info.kind, info.size) for info in found}
