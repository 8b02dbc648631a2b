"""What can go wrong with a file."""

from aura_gql.kernel.errors import Conflict, InvalidInput, NotFound, QuotaExceeded


class InvalidPath(InvalidInput):
    """The path breaks a rule that the message states."""


class FileNotFound(NotFound):
    """The project has no such file."""


class VersionConflict(Conflict):
    """The file is not at the version that the edit began from; the details tell where it is."""


class RevisionConflict(Conflict):
    """The project is not at the revision that the operations began from; `currentRevision` tells where it is."""


class PathClash(Conflict):
    """Another file's path can't stand beside this one; `clashesWith` names it."""


class FileTooLarge(QuotaExceeded):
    """The file has more bytes than any may."""


class TooManyFiles(QuotaExceeded):
    """The project has as many files as it may."""


class ProjectTooLarge(QuotaExceeded):
    """The project's files have as many bytes together as they may."""


class TooManyOperations(QuotaExceeded):
    """More operations are asked for together than may be."""


class BatchTooLarge(QuotaExceeded):
    """The operations that are asked for together bring more bytes than they may."""
