"""What can be wrong with a question about the past."""

from aura_gql.kernel.errors import InvalidInput, NotFound


class VersionNotFound(NotFound):
    """The file never had this version."""


class RevisionNotFound(NotFound):
    """The project has not had this revision yet."""


class HistoryTrimmed(NotFound):
    """It was there, and is older than what is kept; `oldestRevision` among the details is the first that is."""


class VersionIsDeletion(InvalidInput):
    """This version is the deletion of the file, which has no content to bring back."""
