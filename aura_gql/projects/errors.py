"""What can go wrong with a project."""

from aura_gql.kernel.errors import InvalidInput, InvalidState, NotFound, QuotaExceeded


class ProjectNotFound(NotFound):
    """No such project, it is being deleted, or it is not the caller's."""


class ProjectNotReady(InvalidState):
    """Its initialisation has not ended, or failed."""


class ProjectNotRetryable(InvalidState):
    """Only a project in ERROR can be initialised again."""


class TooManyProjects(QuotaExceeded):
    """The user has as many projects as the limit allows."""


class InvalidProjectText(InvalidInput):
    """The name or the description breaks a rule that the message states."""


class InvalidPackage(InvalidInput):
    """A package to add has no valid name or version, is named twice, or there are too many."""


class OptionNotApplicable(InvalidInput):
    """The template has nothing that this configuration option could change; the message says why."""
