"""What results of operations tell those who carry them."""

from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError


def has_no_source(result: ExecutionResult) -> bool:
    """Whether the operation never ran, for it did not parse, validate or coerce its variables, or whether what a
    subscription listens to has failed: no result can follow.
    """
    if isinstance(result, PreExecutionError):
        return True
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())
