"""A GraphQL request as it comes over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson
from starlette.requests import Request
from strawberry.http.parse_content_type import parse_content_type

from aura_gql.graph.document_id import document_id_of
from aura_gql.graph.multipart import UploadLimits, read_multipart
from aura_gql.graph.multipart_form import FORM_DATA, FormRefused
from aura_gql.graph.negotiation import JSON
from aura_gql.kernel.errors import ErrorCode

ASKING = ("query", "documentId", "id", "extensions")
"""Parameters of a GET that tell which operation to run, by its text or by its id."""

_ACCEPTED = f"{JSON}, {FORM_DATA}"


class RequestError(Exception):
    """A request that can't be executed at all, with the HTTP status that says why."""

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        code: ErrorCode = ErrorCode.BAD_REQUEST,
    ) -> None:
        """The message and the code are for the body, which is JSON like any other answer."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.code = code


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """One operation to run. `query` is empty only where `document_id` names its document; `variables` and `extensions`
    are JSON objects.
    """

    query: str
    variables: dict[str, object] | None
    operation_name: str | None
    extensions: dict[str, object] | None
    document_id: str | None = None


def is_upload(request: Request) -> bool:
    """Whether it brings files in a form."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    return request.method == "POST" and kind.strip().lower() == FORM_DATA


async def read_operation(request: Request, uploads: UploadLimits | None = None) -> OperationRequest:
    """The operation of a GET's query string, or of a POST's JSON or multipart body; RequestError 400, 403, 413 or 415.

    Demanding a JSON content type, or a header that forms can't have, also keeps forms of foreign pages out: browsers
    ask for leave first. Whoever reads an upload lets go of its files, by `uploads.discard_uploads`.
    """
    if request.method == "GET":
        return _operation(
            {
                **{name: request.query_params.get(name) for name in ("query", "documentId", "id")},
                "variables": _json_parameter(request, "variables"),
                "operationName": request.query_params.get("operationName"),
                "extensions": _json_parameter(request, "extensions"),
            }
        )
    if is_upload(request):
        return await _read_upload(request, uploads or UploadLimits())
    _require_json(request)
    body = _parse(await request.body(), "The body")
    if isinstance(body, list):
        raise RequestError(400, "Batches are off: send one operation in each request.")
    if not isinstance(body, dict):
        raise RequestError(400, "The body must be a JSON object.")
    return _operation(body)


async def _read_upload(request: Request, limits: UploadLimits) -> OperationRequest:
    try:
        return _operation(await read_multipart(request, limits))
    except FormRefused as error:
        code = ErrorCode.FORBIDDEN if error.status == 403 else ErrorCode.BAD_REQUEST
        raise RequestError(error.status, error.message, code=code) from error


def _require_json(request: Request) -> None:
    header = request.headers.get("content-type") or ""
    if header == JSON:
        # Nearly everybody sends just this, and parsing it takes as long as all the rest of reading a request.
        return
    content_type, parameters = parse_content_type(header)
    if content_type.lower() != JSON:
        raise RequestError(
            415, f"The Content-Type must be {JSON}, or {FORM_DATA} for uploads.", {"accept-post": _ACCEPTED}
        )
    if parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise RequestError(415, "The charset must be UTF-8.", {"accept-post": _ACCEPTED})


def _json_parameter(request: Request, name: str) -> object:
    text = request.query_params.get(name)
    return _parse(text, f"`{name}`") if text else None


def _parse(text: bytes | str, what: str) -> object:
    try:
        return cast(object, orjson.loads(text))
    except ValueError as error:
        raise RequestError(400, f"{what} is not valid JSON in UTF-8.") from error


def _operation(parameters: Mapping[str, object]) -> OperationRequest:
    query, name = parameters.get("query"), parameters.get("operationName")
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    document_id = document_id_of(parameters)
    if query is None and document_id is not None:
        query = ""
    if not isinstance(query, str) or not (query or document_id):
        raise RequestError(400, "`query` must be a string that is not empty.")
    if not isinstance(name, str | None):
        raise RequestError(400, "`operationName` must be a string or null.")
    if not isinstance(variables, dict | None):
        raise RequestError(400, "`variables` must be a JSON object or null.")
    if not isinstance(extensions, dict | None):
        raise RequestError(400, "`extensions` must be a JSON object or null.")
    return OperationRequest(query, variables, name, extensions, document_id)
