"""What went wrong with a link, as an answer."""

import logging

from starlette.requests import Request
from starlette.responses import Response

from aura_gql.infra.mongo import is_database_unavailable
from aura_gql.kernel.errors import DomainError, ErrorCode
from aura_gql.web.links.slots import NoSlot
from aura_gql.web.refusals import REQUEST_ID, refusal

_STATUSES = {
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.STORAGE_UNAVAILABLE: 503,
    ErrorCode.INVALID_INPUT: 400,
}
_AGAIN = {"retry-after": "5"}

_log = logging.getLogger(__name__)


class BadTransfer(Exception):
    """The request is not the one that the link is for."""

    def __init__(self, status: int, message: str, code: ErrorCode = ErrorCode.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def refused(request: Request, error: Exception) -> Response:
    """The answer to an expected failure; whatever else it is, is raised again."""
    # A body may be on its way that nobody will read.
    closing = {} if request.method in ("GET", "HEAD") else {"connection": "close"}
    request_id = request.scope.get(REQUEST_ID, "")
    if isinstance(error, BadTransfer):
        return refusal(error.status, str(error), error.code, request_id, closing)
    if isinstance(error, NoSlot):
        message = "There are as many transfers under way as there may be; try again soon."
        return refusal(503, message, ErrorCode.OVERLOADED, request_id, {**_AGAIN, **closing})
    if is_database_unavailable(error):
        _log.error("The database does not answer a transfer: %s", type(error).__name__)
        message = "The database does not answer; try again in a moment."
        return refusal(503, message, ErrorCode.DATABASE_UNAVAILABLE, request_id, {**_AGAIN, **closing})
    if not isinstance(error, DomainError) or error.code not in _STATUSES:
        raise error
    status = _STATUSES[error.code]
    # Outside of GraphQL there is no input that a field of could be told.
    code = ErrorCode.BAD_REQUEST if error.code is ErrorCode.INVALID_INPUT else error.code
    return refusal(status, error.message, code, request_id, {**(_AGAIN if status == 503 else {}), **closing})
