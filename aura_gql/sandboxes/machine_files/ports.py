"""What every provider promises of the files in its sandboxes. The rules of `ports` hold here, too."""

from collections.abc import Iterable
from typing import Protocol

from aura_gql.sandboxes.values import FileInfo, SandboxFile


class SandboxFiles(Protocol):
    """The project folder of a running machine.

    Paths are relative to it, without `.`, `..` and empty parts: UnsafePath else, and wherever a link or anything but a
    regular file stands in the way.
    """

    async def write_files(self, files: Iterable[SandboxFile]) -> None:
        """Write or replace files, making folders as needed: all of them or, where it raises, none. UnsafePath where a
        link, a folder or anything else than a regular file is in the way, SandboxQuotaExceeded where the disk is full.

        Everything is written aside first and then put in place file by file: code sees each file old or new and never
        half, but for a moment it may see some old and some new. Only where the adapter's own process dies in that
        moment it may stay so; names that begin with `.aura-` may be left, which go with the machine. Safe to repeat.
        """
        ...

    async def remove_files(self, paths: Iterable[str]) -> None:
        """Remove files; those not there are passed over. Never follows a link. Safe to repeat."""
        ...

    async def read_file(self, path: str, max_bytes: int) -> bytes:
        """A regular file's bytes. FileNotInSandbox, UnsafePath for a link or anything else, InvalidInput if larger."""
        ...

    async def list_files(self, path: str, limit: int, *, recursive: bool = False) -> list[FileInfo]:
        """What is in a folder, `.` being the project folder, by name; `recursive`, also what is below, each folder
        before what is in it. At most the first `limit`. Links are told and never followed, and what the server put
        there for itself (`.aura-...`) is left out. FileNotInSandbox, UnsafePath where it is no folder. Safe to repeat.
        """
        ...

    async def stat(self, path: str) -> FileInfo:
        """What is at a path, itself where it is a link. FileNotInSandbox. Safe to repeat."""
        ...

    async def move_file(self, source: str, target: str) -> None:
        """Give a file, a folder or a link another path, at once, making folders as needed. FileNotInSandbox, Conflict
        where `target` is there: nothing is replaced. Not safe to repeat: a second time there is no source.
        """
        ...

    async def remove_tree(self, path: str) -> None:
        """Remove a folder with all below it, or a file, or a link itself. It is passed over where it is not there, and
        gone for the code at once. Safe to repeat.
        """
        ...
