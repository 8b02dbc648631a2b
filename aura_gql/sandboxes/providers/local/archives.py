"""Tar archives in and out of a project folder, in bounded memory."""

import asyncio
import os
import stat
import tarfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import suppress
from typing import BinaryIO

from aura_gql.sandboxes.errors import FileNotInSandbox, SandboxQuotaExceeded, UnsafePath
from aura_gql.sandboxes.machine_files.tar_reader import (
    ArchiveLimits,
    Member,
    MemberKind,
    TarReader,
    leads_inside,
)
from aura_gql.sandboxes.providers.local.beneath import ABSENT, folder_parts, translated
from aura_gql.sandboxes.providers.local.intake import PIECE_BYTES, take_in
from aura_gql.sandboxes.providers.local.openat2 import open_beneath
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.local.staging import Staging
from aura_gql.sandboxes.providers.local.steps import Steps
from aura_gql.sandboxes.providers.local.walk import Found, walk
from aura_gql.storage.archives.tar_headers import BLOCK

FILE_MODE, EXECUTABLE_MODE = 0o644, 0o755


async def import_archive(files: ProjectFolder, stream: AsyncIterator[bytes], into: str, limits: ArchiveLimits) -> None:
    """Unpack below a folder, all of it or nothing; a piece at a time, so the sender is held back while the disk works.

    ArchiveRefused, UnsafePath, SandboxQuotaExceeded, and what `stream` raises.
    """
    prefix = "".join(f"{part}/" for part in folder_parts(into))
    staging = files.staging()
    await take_in(staging, _Unpacking(staging, TarReader(limits), prefix), stream)


class _Unpacking:
    def __init__(self, staging: Staging, reader: TarReader, prefix: str) -> None:
        self._staging = staging
        self._reader = reader
        self._prefix = prefix
        self._file: BinaryIO | None = None

    def feed(self, data: bytes) -> None:
        for found in self._reader.feed(data):
            if isinstance(found, Member):
                self._begin(found)
            elif self._file is not None:
                with translated(self._prefix or "."):
                    self._file.write(found)

    def finish(self) -> None:
        self._end_file()
        self._reader.finish()

    def close(self) -> None:
        with suppress(UnsafePath, SandboxQuotaExceeded):
            self._end_file()

    def _begin(self, member: Member) -> None:
        self._end_file()
        path = f"{self._prefix}{member.path}"
        with translated(path):
            if member.kind is MemberKind.FOLDER:
                self._staging.folder(path)
            elif member.kind is MemberKind.LINK:
                self._staging.link(path, member.target)
            else:
                self._file = self._staging.open(path, executable=member.executable)

    def _end_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with translated(self._prefix or "."):
                file.close()


async def export_archive(files: ProjectFolder, path: str) -> AsyncIterator[bytes]:
    """A folder as an archive, in pieces. The same tree gives the same bytes. FileNotInSandbox, UnsafePath."""
    steps, pieces = Steps(), _pieces(files, path)
    try:
        while (piece := await steps.take(lambda: next(pieces, None))) is not None:
            yield piece
    finally:
        await asyncio.shield(steps.end(pieces.close))


def _pieces(files: ProjectFolder, path: str) -> Generator[bytes, None, None]:
    held = bytearray()
    for part in _blocks(files, path):
        held += part
        if len(held) >= PIECE_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held) + bytes(2 * BLOCK)


def _blocks(files: ProjectFolder, path: str) -> Iterator[bytes]:
    with translated(path), files.beneath.root() as root:
        try:
            folder = open_beneath(root, "/".join(folder_parts(path)) or ".", os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            if error.errno in ABSENT:
                raise FileNotInSandbox(f"There is no folder {path!r} in the sandbox.", field=("path",)) from error
            raise
    try:
        for found in walk(folder):
            yield from _entry(found)
    finally:
        os.close(folder)


def _entry(found: Found) -> Iterator[bytes]:
    info = tarfile.TarInfo(found.path)
    mode = found.status.st_mode
    if stat.S_ISDIR(mode):
        info.type, info.mode = tarfile.DIRTYPE, EXECUTABLE_MODE
        yield _header(info)
    elif stat.S_ISLNK(mode):
        with suppress(OSError):
            info.linkname = os.readlink(found.name, dir_fd=found.parent)
            if leads_inside(found.path, info.linkname):
                info.type, info.mode = tarfile.SYMTYPE, 0o777
                yield _header(info)
    elif stat.S_ISREG(mode):
        yield from _file(info, found)


def _file(info: tarfile.TarInfo, found: Found) -> Iterator[bytes]:
    try:
        opened = open_beneath(found.parent, found.name, os.O_RDONLY)
    except OSError:
        return
    with os.fdopen(opened, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return
        info.size, info.mode = status.st_size, EXECUTABLE_MODE if status.st_mode & stat.S_IXUSR else FILE_MODE
        yield _header(info)
        left = info.size
        while left:
            # A file that shrinks meanwhile is filled up: its size is told already.
            piece = file.read(min(left, PIECE_BYTES)) or bytes(min(left, PIECE_BYTES))
            left -= len(piece)
            yield piece
    yield bytes(-info.size % BLOCK)


def _header(info: tarfile.TarInfo) -> bytes:
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
