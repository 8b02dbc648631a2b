"""The enums of the past of files, described for the schema."""

from aura_gql.files.diffing.records import LineKind
from aura_gql.files.records import RevisionSource
from aura_gql.graph.enums import publish_enum

__all__ = ["LineKind", "RevisionSource"]

publish_enum(
    LineKind,
    "What became of a line.",
    {
        LineKind.CONTEXT: "It is in both, and shown for what is around it.",
        LineKind.ADDED: "It is only in the newer text.",
        LineKind.REMOVED: "It is only in the older text.",
    },
    name="DiffLineKind",
)
publish_enum(
    RevisionSource,
    "How a revision of a project came to be.",
    {
        RevisionSource.INITIAL: "It is what the project began with.",
        RevisionSource.SAVE: "A file was saved.",
        RevisionSource.UPLOAD: "Files were uploaded.",
        RevisionSource.BATCH: "Several operations were applied at once.",
        RevisionSource.RESTORE: "A file or the project was brought back to what it was.",
        RevisionSource.SYNC: "What changed in a sandbox was taken over.",
        RevisionSource.ARCHIVE: "An archive was restored.",
    },
)
