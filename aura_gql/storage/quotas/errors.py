"""What can go wrong with what a user may store."""

from aura_gql.kernel.errors import QuotaExceeded


class UserStorageFull(QuotaExceeded):
    """The user's files and archives have as many bytes together as they may."""


class TooManyStoredFiles(QuotaExceeded):
    """The user's projects have as many files together as they may."""


class TooManyReservations(QuotaExceeded):
    """As many archives and uploads of the user are on their way as may be at a time."""
