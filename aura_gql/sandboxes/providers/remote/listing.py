"""What an agent lists, taken as it comes and no more of it than was asked for."""

from collections.abc import Sequence

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.walk import readable_path
from aura_gql.sandboxes.providers.remote.wire.entries import read_info
from aura_gql.sandboxes.providers.remote.wire.records import BadRecord, RecordReader
from aura_gql.sandboxes.values import FileInfo

MAX_BYTES = 64 * 1024 * 1024
"""Of one listing, whatever its limit."""


class Listing:
    """Feed it lines of records; all methods raise ProviderUnavailable for what nobody can find in a folder."""

    def __init__(self, folder: Sequence[str], limit: int, *, recursive: bool) -> None:
        self._prefix = readable_path("".join(f"{part}/" for part in folder))
        self._limit = limit
        self._recursive = recursive
        self._reader = RecordReader()
        self._bytes = 0
        self._found: list[FileInfo] = []

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._bytes += len(data)
        try:
            if self._bytes > MAX_BYTES:
                raise BadRecord("It goes on and on.")
            for records in self._reader.feed(data):
                for record in records:
                    self._take(read_info(record))
        except BadRecord as error:
            raise _nonsense(error) from error

    def finish(self) -> list[FileInfo]:
        """All of it, in the agent's order."""
        try:
            self._reader.finish()
        except BadRecord as error:
            raise _nonsense(error) from error
        return self._found

    def _take(self, info: FileInfo) -> None:
        name = info.path.removeprefix(self._prefix)
        if not info.path.startswith(self._prefix) or ("/" in name and not self._recursive):
            raise BadRecord("An entry of another folder was not asked for.")
        if len(self._found) >= self._limit:
            raise BadRecord("There are more entries than were asked for.")
        self._found.append(info)


def _nonsense(error: BadRecord) -> ProviderUnavailable:
    return ProviderUnavailable(f"The sandbox's agent talks nonsense of files: {error}")
