"""Words for changes of files. What runs in a machine knows them, too: nothing here needs more than Python itself."""

from enum import StrEnum


class ChangeKind(StrEnum):
    """What became of a file. MOVED keeps everything but the path; of a folder, also what is in it."""

    CREATED = "CREATED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    MOVED = "MOVED"
