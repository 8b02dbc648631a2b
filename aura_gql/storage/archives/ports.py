"""What writes an archive."""

from typing import Protocol

from aura_gql.storage.archives.values import Entry


class ArchiveWriter(Protocol):
    """Writes entries one behind the other. It blocks, and holds a few buffers, whatever the archive comes to."""

    def begin(self, entry: Entry) -> None:
        """Begin an entry; a file's `size` bytes follow by `write`. ValueError where the file before has fewer."""
        ...

    def write(self, data: bytes) -> None:
        """Add to the file that was begun last. ValueError where it has more than it was to have."""
        ...

    def close(self) -> None:
        """End the archive; the file that it went to stays open. ValueError where the last file has fewer bytes than it
        was to have.
        """
        ...

    def abandon(self) -> None:
        """Let go of an archive that will not be used; before the file that it went to is closed. A disk that is full is
        no error here.
        """
        ...
