"""What can go wrong with an execution before it runs; what goes wrong in it is told by its record."""

from aura_gql.kernel.errors import NotFound, QuotaExceeded, Unsupported


class ExecutionNotFound(NotFound):
    """No such execution, or not the caller's."""

    subject = "executionId"


class TooManyExecutions(QuotaExceeded):
    """As many executions wait for this sandbox as the limit allows."""


class LanguageUnavailable(Unsupported):
    """The provider's sandboxes have nothing that runs the language; the message names what is missing."""

    subject = "language"
