"""The enums of changed files, described for the schema."""

from aura_gql.files.changes.records import ChangeOrigin, EntryKind
from aura_gql.files.changes.values import ChangeKind
from aura_gql.graph.enums import publish_enum

__all__ = ["ChangeKind", "ChangeOrigin", "EntryKind"]

publish_enum(
    ChangeKind,
    "What became of a file.",
    {
        ChangeKind.CREATED: "It was made.",
        ChangeKind.MODIFIED: "Its bytes or its executable bit changed, or another file took its place.",
        ChangeKind.DELETED: "It was removed. Each entry of a removed folder is told, the folder last.",
        ChangeKind.MOVED: "It was renamed from `fromPath`, and what is in a folder with it.",
    },
    name="FileChangeKind",
)
publish_enum(
    EntryKind,
    "What an entry of a folder is.",
    {
        EntryKind.FILE: "A file.",
        EntryKind.FOLDER: "A folder.",
        EntryKind.LINK: "A symbolic link, which the server never follows.",
        EntryKind.OTHER: "A pipe, a socket or a device, which the server never opens.",
    },
    name="FileEntryKind",
)
publish_enum(
    ChangeOrigin,
    "Where a file changed.",
    {
        ChangeOrigin.PROJECT: "In the project: it was saved, uploaded, moved or deleted there.",
        ChangeOrigin.SANDBOX: "On the disk of a sandbox: code in it did that.",
    },
    name="FileChangeOrigin",
)
