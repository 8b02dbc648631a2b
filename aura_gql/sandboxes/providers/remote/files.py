"""The files of a vendor's machine: the agent's hand in the project folder there, as the port wants it."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import cast

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.beneath import folder_parts, safe_parts
from aura_gql.sandboxes.providers.local.walk import readable_path
from aura_gql.sandboxes.providers.remote.exchange import Exchange
from aura_gql.sandboxes.providers.remote.listing import Listing
from aura_gql.sandboxes.providers.remote.watch import RemoteFileWatch
from aura_gql.sandboxes.providers.remote.wire.entries import read_info
from aura_gql.sandboxes.providers.remote.wire.file_stream import encoded_files
from aura_gql.sandboxes.providers.remote.wire.records import BadRecord
from aura_gql.sandboxes.providers.remote.wire.values import JSON
from aura_gql.sandboxes.values import FileInfo, SandboxFile

# One call takes as many characters of paths, about; more paths are several calls.
PATHS_CHARACTERS = 100_000


class RemoteFiles:
    """Satisfies the `SandboxFiles` port. What an agent says is believed as far as the local provider could say it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def write_files(self, files: Iterable[SandboxFile]) -> None:
        """As the port says."""
        wanted = list(files)
        for file in wanted:
            safe_parts(file.path)
        await self._exchange.send("files.write", {}, _each(encoded_files(wanted)))

    async def remove_files(self, paths: Iterable[str]) -> None:
        """As the port says."""
        for some in _groups(list(paths)):
            await self._exchange.ask("files.remove", {"paths": cast("list[JSON]", some)})

    async def read_file(self, path: str, max_bytes: int) -> bytes:
        """As the port says."""
        safe_parts(path)
        data = bytearray()
        async with aclosing(self._fetch("files.read", path=path, maxBytes=max_bytes)) as pieces:
            async for piece in pieces:
                data += piece
                if len(data) > max_bytes:
                    raise ProviderUnavailable("The sandbox's agent gave more of a file than was asked for.")
        return bytes(data)

    def watch(self) -> RemoteFileWatch:
        """As the port says; where the agent is lost, reading on raises ProviderUnavailable, and changes are told again
        by a watch that is begun then.
        """
        return RemoteFileWatch(self._exchange)

    async def list_files(self, path: str, limit: int, *, recursive: bool = False) -> list[FileInfo]:
        """As the port says."""
        listing = Listing(folder_parts(path), limit, recursive=recursive)
        async with aclosing(self._fetch("files.list", path=path, limit=limit, recursive=recursive)) as pieces:
            async for piece in pieces:
                listing.feed(piece)
        return listing.finish()

    async def stat(self, path: str) -> FileInfo:
        """As the port says."""
        folder_parts(path)
        said = await self._exchange.ask("files.stat", {"path": path})
        try:
            if not isinstance(said, list) or not said:
                raise BadRecord("An entry is an array.")
            # The path is the one that was asked for; it may be the project folder itself, which no record can name.
            return replace(read_info(["file", *said[1:]]), path=readable_path(path))
        except BadRecord as error:
            raise ProviderUnavailable(f"The sandbox's agent talks nonsense of files: {error}") from error

    async def move_file(self, source: str, target: str) -> None:
        """As the port says."""
        safe_parts(source)
        safe_parts(target)
        await self._exchange.ask("files.move", {"source": source, "target": target})

    async def import_tar(self, stream: AsyncIterator[bytes], into: str = ".") -> None:
        """As the port says."""
        folder_parts(into)
        await self._exchange.send("files.import", {"into": into}, stream)

    async def export_tar(self, path: str = ".") -> AsyncIterator[bytes]:
        """As the port says."""
        folder_parts(path)
        async with aclosing(self._fetch("files.export", path=path)) as pieces:
            async for piece in pieces:
                yield piece

    async def remove_tree(self, path: str) -> None:
        """As the port says."""
        safe_parts(path)
        await self._exchange.ask("files.removeTree", {"path": path})

    def _fetch(self, method: str, **arguments: JSON) -> AsyncGenerator[bytes, None]:
        return self._exchange.fetch(method, arguments)


async def _each(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def _groups(paths: Sequence[str]) -> Iterator[list[str]]:
    """Paths, each found safe, a call's worth at a time."""
    some: list[str] = []
    room = PATHS_CHARACTERS
    for path in paths:
        safe_parts(path)
        if some and room < len(path):
            yield some
            some, room = [], PATHS_CHARACTERS
        some.append(path)
        room -= len(path) + 8
    if some:
        yield some
