"""What MongoDB says, for people."""

from pymongo.errors import OperationFailure, PyMongoError


def database_words(error: PyMongoError) -> str:
    """What MongoDB or its driver said, without the driver's inner state."""
    if isinstance(error, OperationFailure) and error.details:
        return str(error.details.get("errmsg", error))
    return str(error).partition(" (configured timeouts")[0].partition(", Timeout:")[0]
