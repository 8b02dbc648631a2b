"""The enums of archives, described for the schema."""

from aura_gql.files.archives.records import ArchiveOrigin, ArchiveStatus, RestoreMode
from aura_gql.files.totals.records import StorageProvider
from aura_gql.graph.enums import publish_enum
from aura_gql.storage.archives.values import ArchiveFormat

__all__ = ["ArchiveFormat", "ArchiveOrigin", "ArchiveStatus", "RestoreMode", "StorageProvider"]

publish_enum(
    ArchiveFormat,
    "How an archive is written.",
    {
        ArchiveFormat.ZIP: "A zip file: the one that every system opens.",
        ArchiveFormat.TAR: "A tar file, not compressed.",
        ArchiveFormat.TAR_GZ: "A tar file compressed by gzip.",
        ArchiveFormat.TAR_ZST: "A tar file compressed by Zstandard: the smallest and quickest.",
    },
)
publish_enum(
    ArchiveOrigin,
    "Where an archive comes from.",
    {
        ArchiveOrigin.CREATED: "The server made it from the files of the project.",
        ArchiveOrigin.UPLOADED: "A user brought it.",
    },
)
publish_enum(
    ArchiveStatus,
    "How far an archive has come. The last two values are the end.",
    {
        ArchiveStatus.PENDING: "It waits for its turn.",
        ArchiveStatus.UPLOADING: "It is being made and brought to the storage.",
        ArchiveStatus.COMPLETED: "It is safe, and can be restored.",
        ArchiveStatus.FAILED: "It could not be made; `statusMessage` says why.",
    },
)
publish_enum(
    RestoreMode,
    "What becomes of the project's files that are not in the archive.",
    {
        RestoreMode.REPLACE: "They are deleted: the project is then what the archive is.",
        RestoreMode.MERGE: "They stay.",
    },
)
publish_enum(
    StorageProvider,
    "Where the server keeps the bytes of files and archives.",
    {
        StorageProvider.LOCAL: "In a folder of its own host.",
        StorageProvider.S3: "In a bucket of S3, or of something that speaks like it.",
        StorageProvider.R2: "In a bucket of Cloudflare R2.",
    },
)
