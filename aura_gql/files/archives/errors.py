"""What can go wrong with an archive of a project."""

from aura_gql.kernel.errors import InvalidState, NotFound, QuotaExceeded


class ArchiveNotFound(NotFound):
    """No such archive, or its project is not the caller's."""

    subject = "archiveId"


class ArchiveNotReady(InvalidState):
    """The archive is still being made, or could not be."""

    subject = "archiveId"


class TooManyArchives(QuotaExceeded):
    """The project has as many archives as it may."""


class ArchiveTooLarge(QuotaExceeded):
    """The archive has more bytes than any may."""
