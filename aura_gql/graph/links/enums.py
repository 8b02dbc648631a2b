"""The enums of uploads, described for the schema."""

from aura_gql.files.staging.records import UploadPurpose
from aura_gql.graph.enums import publish_enum

__all__ = ["UploadPurpose"]

publish_enum(
    UploadPurpose,
    "What the bytes of an upload are to become.",
    {
        UploadPurpose.FILE: "A file of the project.",
        UploadPurpose.ARCHIVE: "An archive of the project.",
    },
)
