"""What can go wrong with a project."""

from aura_gql.kernel.errors import InvalidInput, InvalidState, NotFound, QuotaExceeded, Unsupported


class ProjectNotFound(NotFound):
    """No such project, it is being deleted, or it is not the caller's."""

    subject = "projectId"


class ProjectNotReady(InvalidState):
    """Its initialisation has not ended, or failed."""

    subject = "projectId"


class ProjectNotRetryable(InvalidState):
    """Only a project in ERROR can be initialised again."""

    subject = "projectId"


class TooManyProjects(QuotaExceeded):
    """The user has as many projects as the limit allows."""


class InvalidProjectText(InvalidInput):
    """The name or the description breaks a rule that the message states."""


class InvalidPackage(InvalidInput):
    """A package to add has no valid name or version, is named twice, or there are too many."""


class ProviderNotOffered(Unsupported):
    """This server has no access to the sandbox provider."""


class OptionNotApplicable(InvalidInput):
    """The template has nothing that this configuration option could change; the message says why."""
