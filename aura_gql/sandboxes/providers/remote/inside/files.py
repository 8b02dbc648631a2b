"""The files of the machine, for the server: the local provider's hand in a project folder, asked over the channel."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import cast

from aura_gql.sandboxes.machine_files.tar_reader import ArchiveLimits
from aura_gql.sandboxes.providers.local.archives import export_archive, import_archive
from aura_gql.sandboxes.providers.local.intake import take_in
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.inside.incoming import IncomingFiles
from aura_gql.sandboxes.providers.remote.wire.entries import info_record
from aura_gql.sandboxes.providers.remote.wire.file_stream import PIECE_BYTES
from aura_gql.sandboxes.providers.remote.wire.records import JSON, encoded

Arguments = Mapping[str, JSON]


class FileCalls:
    """One method for each of `SandboxFiles`, with its arguments as the server's proxy names them. What a method raises
    goes to the server as it is.
    """

    def __init__(self, files: ProjectFolder) -> None:
        self._files = files

    async def remove(self, arguments: Arguments) -> None:
        """`paths`."""
        paths = cast("list[str]", arguments["paths"])
        await asyncio.to_thread(self._files.remove_all, paths)

    async def stat(self, arguments: Arguments) -> JSON:
        """`path`; a record of `wire.entries`."""
        return list(info_record(await asyncio.to_thread(self._files.stat, _text(arguments, "path"))))

    async def move(self, arguments: Arguments) -> None:
        """`source`, `target`."""
        await asyncio.to_thread(self._files.move, _text(arguments, "source"), _text(arguments, "target"))

    async def remove_tree(self, arguments: Arguments) -> None:
        """`path`."""
        await asyncio.to_thread(self._files.remove_tree, _text(arguments, "path"))

    async def write(self, _: Arguments, stream: AsyncIterator[bytes]) -> None:
        """Files as `wire.file_stream` writes them."""
        staging = self._files.staging()
        await take_in(staging, IncomingFiles(staging), stream)

    async def import_tar(self, arguments: Arguments, stream: AsyncIterator[bytes]) -> None:
        """An archive `into` a folder."""
        await import_archive(self._files, stream, _text(arguments, "into"), ArchiveLimits())

    async def read(self, arguments: Arguments) -> AsyncIterator[bytes]:
        """The bytes at `path`, at most `maxBytes`."""
        limit = cast("int", arguments["maxBytes"])
        data = await asyncio.to_thread(self._files.read, _text(arguments, "path"), limit)
        for start in range(0, len(data), PIECE_BYTES):
            yield data[start : start + PIECE_BYTES]

    async def list(self, arguments: Arguments) -> AsyncIterator[bytes]:
        """`path`, `limit`, `recursive`; lines of `wire.records`."""
        limit, recursive = cast("int", arguments["limit"]), cast("bool", arguments["recursive"])
        path = _text(arguments, "path")
        found = await asyncio.to_thread(self._files.list_files, path, limit, recursive=recursive)
        for line in encoded(info_record(info) for info in found):
            yield line

    def export_tar(self, arguments: Arguments) -> AsyncIterator[bytes]:
        """The archive of a folder at `path`."""
        return export_archive(self._files, _text(arguments, "path"))


def _text(arguments: Arguments, name: str) -> str:
    return cast("str", arguments[name])
