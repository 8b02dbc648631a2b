"""What is asked of an archive of starters, and where it is from."""

from dataclasses import dataclass

from aura_gql.storage.archives.values import ArchiveLimits


@dataclass(frozen=True, slots=True)
class Origin:
    """The repository (`owner/name`), the ref that was asked for, and the commit that it was, if known."""

    repository: str
    ref: str
    commit: str | None


@dataclass(frozen=True, slots=True)
class StarterLimits:
    """The bounds of the archive, past which nothing of it counts, and those of a project, past which a starter is left
    out: files, and bytes of a file and of all.
    """

    archive: ArchiveLimits
    max_files: int
    max_file_bytes: int
    max_bytes: int
