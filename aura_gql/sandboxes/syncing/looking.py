"""Seeing what is at the paths of a machine, and reading no more than that takes."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass

from aura_gql.kernel.errors import DomainError, ProviderUnavailable
from aura_gql.sandboxes.errors import FileNotInSandbox, SandboxGone, SandboxQuotaExceeded
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.values import Entry
from aura_gql.sandboxes.values import FileInfo, FileKind

# A look at a machine far away takes a round trip. Files are read by fewer: each may be large.
_AT_ONCE = 64
_READS_AT_ONCE = 8
_MAX_FOLDERS = 50
_PASSED_ON = (SandboxGone, ProviderUnavailable, SandboxQuotaExceeded)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is at a path of a machine, `entry` None for nothing.

    `data` are a file's bytes where they were read. A file that was not read has a SHA-256 of ``""``: its size is that
    of none that it was compared with, or `reason` says why it can't be had.
    """

    entry: Entry | None
    data: bytes | None = None
    reason: str | None = None


class Looker:
    """Looks at one machine. SandboxGone and ProviderUnavailable pass through all methods."""

    def __init__(self, machine: Sandbox, max_file_bytes: int) -> None:
        self._machine = machine
        self._max_file_bytes = max_file_bytes
        self._reads = asyncio.Semaphore(_READS_AT_ONCE)

    async def compare(self, path: str, known: Collection[Entry | None]) -> Seen:
        """What is at a path, read only where its size is that of a file that is `known`."""
        return await self._look(path, {entry.size for entry in known if entry is not None and entry.is_file})

    async def read(self, path: str) -> Seen:
        """What is at a path, with its bytes where it is a file of no more than a project's may have."""
        return await self._look(path, None)

    async def compare_all(self, known: Mapping[str, Collection[Entry | None]]) -> dict[str, Seen]:
        """`compare` for each path, some side by side. The bytes that were read are not kept."""
        found: dict[str, Seen] = {}
        paths = list(known)
        for start in range(0, len(paths), _AT_ONCE):
            group = paths[start : start + _AT_ONCE]
            seen = await asyncio.gather(*(self._compared(path, known[path]) for path in group))
            found |= dict(zip(group, seen, strict=True))
        return found

    async def read_all(self, paths: Sequence[str]) -> AsyncIterator[tuple[str, Seen]]:
        """`read` for each path in order; a few files are in memory at a time."""
        for start in range(0, len(paths), _READS_AT_ONCE):
            group = paths[start : start + _READS_AT_ONCE]
            for path, seen in zip(group, await asyncio.gather(*(self.read(path) for path in group)), strict=True):
                yield path, seen

    async def is_hollow(self, path: str) -> bool:
        """Whether a folder has nothing in it but folders that have nothing in them."""
        try:
            found = await self._machine.list_files(path, _MAX_FOLDERS, recursive=True)
        except _PASSED_ON:
            raise
        except DomainError:
            return False
        return len(found) < _MAX_FOLDERS and all(entry.kind is FileKind.FOLDER for entry in found)

    async def _compared(self, path: str, known: Collection[Entry | None]) -> Seen:
        seen = await self.compare(path, known)
        return Seen(seen.entry, None, seen.reason)

    async def _look(self, path: str, sizes: Collection[int] | None) -> Seen:
        try:
            info = await self._machine.stat(path)
            if info.kind is not FileKind.FILE:
                return Seen(Entry(info.kind))
            return await self._look_into(path, info, sizes)
        except FileNotInSandbox:
            return Seen(None)
        except _PASSED_ON:
            raise
        except DomainError as error:
            return Seen(Entry(FileKind.OTHER), reason=error.message)

    async def _look_into(self, path: str, info: FileInfo, sizes: Collection[int] | None) -> Seen:
        unread = Entry(FileKind.FILE, "", info.size, info.executable)
        if info.size > self._max_file_bytes:
            reason = f"It has {info.size:,} bytes; a project's file has at most {self._max_file_bytes:,}."
            return Seen(unread, reason=reason)
        if sizes is not None and info.size not in sizes:
            return Seen(unread)
        try:
            async with self._reads:
                data = await self._machine.read_file(path, self._max_file_bytes)
        except (FileNotInSandbox, *_PASSED_ON):
            raise
        except DomainError as error:
            return Seen(unread, reason=error.message)
        return Seen(Entry(FileKind.FILE, hashlib.sha256(data).hexdigest(), len(data), info.executable), data)
