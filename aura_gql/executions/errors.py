"""What can go wrong with an execution before it runs; what goes wrong in it is told by its record."""

from aura_gql.kernel.errors import InvalidState, NotFound, QuotaExceeded, Unsupported


class ExecutionNotFound(NotFound):
    """No such execution, or not the caller's."""

    subject = "executionId"


class TooManyExecutions(QuotaExceeded):
    """As many executions wait for this sandbox as the limit allows."""


class LanguageUnavailable(Unsupported):
    """The provider's sandboxes have nothing that runs the language; the message names what is missing."""

    subject = "language"


class ExecutionEnded(InvalidState):
    """It runs no more, or not on this server."""

    subject = "executionId"


class InputClosed(InvalidState):
    """Its standard input has ended."""

    subject = "executionId"


class InputNotRead(InvalidState):
    """It does not read its standard input, and no more may wait; trying again later may work."""

    subject = "executionId"
