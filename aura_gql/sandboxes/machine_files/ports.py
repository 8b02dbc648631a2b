"""What every provider promises of the files in its sandboxes. The rules of `ports` hold here, too."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from aura_gql.sandboxes.machine_files.values import FileBatch
from aura_gql.sandboxes.values import FileInfo, SandboxFile


class FileWatch(Protocol):
    """The changes that code makes, batch by batch until the machine ends, when the iteration ends, too. What the server
    changes through the methods of `SandboxFiles` is never told, nor are names that begin with `.aura-`.

    A batch leads from the tree that was told before to one that was there a moment ago: many changes of a file are one,
    what was made and removed is nothing, and a file that was replaced by a renamed one is MODIFIED. Each folder comes
    before what is in it, and of a deleted one everything comes before it. Where the provider loses changes it compares
    the whole tree and begins the batch with a Rescan, so that who follows still arrives at the truth.
    """

    def __aiter__(self) -> AsyncIterator[FileBatch]:
        """For one reader."""
        ...

    async def settle(self) -> None:
        """Have everything that changed before this call told. Returns once the reader has asked for the batch behind
        that, so the caller bounds it in time; at once where nothing changed. Where the provider can't know, it returns
        when it has asked once more.
        """
        ...


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

    def watch(self) -> AbstractAsyncContextManager[FileWatch]:
        """Watch the project folder for as long as the context lasts, from the tree that is there when it is entered.

        In folders that tools fill by the thousand (`node_modules`, `.git` and the like) nothing is watched, nor beyond
        50,000 entries or 64 levels. Links are never followed. Unsupported where the provider can't.
        """
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

    async def import_tar(self, stream: AsyncIterator[bytes], into: str = ".") -> None:
        """Unpack an uncompressed tar archive below a folder, making it as needed: all of it or, where it raises, none.

        Files, folders and links that stay inside. ArchiveRefused, which names the entry, for anything else: absolute
        paths and `..`, links out, hard links, devices and FIFOs, sparse files, an entry twice or below a link, names
        too long, more than 20,000 entries or 512 MiB of files, a damaged archive or one cut off. UnsafePath and
        SandboxQuotaExceeded as for `write_files`. Not safe to repeat: the stream has been read.
        """
        ...

    def export_tar(self, path: str = ".") -> AsyncIterator[bytes]:
        """A folder as an uncompressed tar archive (USTAR, PAX where needed), in pieces of any size; the same tree gives
        the same bytes. Links that lead out and what is neither file, folder nor link are left out; so is what vanishes
        meanwhile. Close it where it is not read to its end. FileNotInSandbox, UnsafePath where it is no folder.
        """
        ...

    async def remove_tree(self, path: str) -> None:
        """Remove a folder with all below it, or a file, or a link itself. It is passed over where it is not there, and
        gone for the code at once. Safe to repeat.
        """
        ...
