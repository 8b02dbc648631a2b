"""A stream of files on its way into the project folder."""

from contextlib import suppress
from typing import BinaryIO

from aura_gql.sandboxes.errors import SandboxQuotaExceeded, UnsafePath
from aura_gql.sandboxes.providers.local.beneath import translated
from aura_gql.sandboxes.providers.local.staging import Staging
from aura_gql.sandboxes.providers.remote.wire.file_stream import FileStreamReader, Heading


class IncomingFiles:
    """Satisfies `Unpacking` for the stream of `wire.file_stream`."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._reader = FileStreamReader()
        self._path = "."
        self._file: BinaryIO | None = None

    def feed(self, data: bytes) -> None:
        """As `Unpacking` says. BadStream, UnsafePath, SandboxQuotaExceeded."""
        for found in self._reader.feed(data):
            if isinstance(found, Heading):
                self._begin(found)
            elif self._file is not None:
                with translated(self._path):
                    self._file.write(found)

    def finish(self) -> None:
        """As `Unpacking` says. BadStream, SandboxQuotaExceeded."""
        self._end_file()
        self._reader.finish()

    def close(self) -> None:
        """As `Unpacking` says."""
        with suppress(UnsafePath, SandboxQuotaExceeded):
            self._end_file()

    def _begin(self, heading: Heading) -> None:
        self._end_file()
        self._path = heading.path
        with translated(heading.path):
            self._file = self._staging.open(heading.path, executable=heading.executable)

    def _end_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with translated(self._path):
                file.close()
