"""What can go wrong with an execution before it runs; what goes wrong in it is told by its record."""

from aura_gql.kernel.errors import NotFound, QuotaExceeded


class ExecutionNotFound(NotFound):
    """No such execution, or not the caller's."""

    subject = "executionId"


class TooManyExecutions(QuotaExceeded):
    """As many executions wait for this sandbox as the limit allows."""
