"""Refusals outside of GraphQL, in the shape of GraphQL's own errors, so that a client has one thing to read."""

from collections.abc import Mapping

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aura_gql.kernel.errors import ErrorCode

REQUEST_ID = "aura.request_id"
"""The key of the request's id in the ASGI scope."""


def refusal(
    status: int, message: str, code: ErrorCode, request_id: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with one error; HTTP's own reasons in words."""
    error = {"message": message, "extensions": {"code": code.value, "requestId": request_id}}
    return Response(
        orjson.dumps({"errors": [error]}),
        status,
        {**(headers or {}), "content-type": "application/json; charset=utf-8", "cache-control": "no-store"},
    )


async def refuse(request: Request, error: Exception) -> Response:
    """What Starlette answers by itself: that there is no such path, or that it does not have this method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    message, code = _words(status)
    return refusal(status, message, code, request.scope.get(REQUEST_ID, ""), headers)


def _words(status: int) -> tuple[str, ErrorCode]:
    if status == 404:
        return "There is nothing at this address.", ErrorCode.NOT_FOUND
    if status == 405:
        return "This address does not have this method.", ErrorCode.BAD_REQUEST
    if status < 500:
        return "The request is refused.", ErrorCode.BAD_REQUEST
    return "Something went wrong on our side.", ErrorCode.INTERNAL
