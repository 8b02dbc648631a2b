"""Answers over HTTP: results and refusals, always as JSON."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response
from strawberry.types import ExecutionResult

from aura_gql.graph.negotiation import GRAPHQL_JSON, JSON, Accepted
from aura_gql.graph.operation_request import RequestError
from aura_gql.graph.results import has_no_source
from aura_gql.kernel.errors import ErrorCode

_STATUSES: Mapping[object, int] = {ErrorCode.TIMEOUT.value: 503, ErrorCode.RATE_LIMITED.value: 429}
"""Of operations that came to nothing for a reason that proxies and clients without GraphQL should understand."""


def encode_result(result: ExecutionResult) -> bytes:
    """A result as JSON: `data` is there unless the operation never ran."""
    return orjson.dumps(_body(result))


def single(result: ExecutionResult, media_type: str) -> Response:
    """A result as the one answer of a request.

    An operation that never ran has the status of its first error in both media types, where that has one of its own;
    else 400 for those who know GraphQL's media type, and 200 for the others, who could not tell it from a proxy's.
    """
    body = _body(result)
    if "data" in body:
        return _json(body, 200, media_type, _retry_after(result) if result.errors else None)
    extensions = (result.errors[0].extensions or {}) if result.errors else {}
    status = _STATUSES.get(extensions.get("code")) or (400 if media_type == GRAPHQL_JSON else 200)
    return _json(body, status, media_type, _retry_after(result))


def refusal(error: RequestError, accepted: Accepted, request_id: str) -> Response:
    """A request that is not even an operation, or one that may not be made."""
    body = {"errors": [{"message": error.message, "extensions": {"code": error.code.value, "requestId": request_id}}]}
    return _json(body, error.status, accepted.media_type or JSON, error.headers)


def _retry_after(result: ExecutionResult) -> Mapping[str, str]:
    """The header that says when all that came too soon may come again."""
    waits = [(error.extensions or {}).get("retryAfterS") for error in result.errors or ()]
    seconds = max((wait for wait in waits if isinstance(wait, int)), default=None)
    return {} if seconds is None else {"retry-after": str(seconds)}


def _body(result: ExecutionResult) -> dict[str, object]:
    body: dict[str, object] = {}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    if not has_no_source(result):
        body["data"] = result.data
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def _json(body: object, status: int, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(body),
        status,
        {
            **(headers or {}),
            "content-type": f"{media_type}; charset=utf-8",
            "vary": "accept",
            "cache-control": "no-store",
        },
    )
