"""The one translation of what went wrong into what a client reads."""

import logging
from collections.abc import Mapping

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.scalars import JSON
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.utils.str_converters import to_camel_case

from aura_gql.graph.enums import publish_enum
from aura_gql.infra.mongo import is_database_unavailable
from aura_gql.kernel.error_codes import Place
from aura_gql.kernel.errors import DomainError, ErrorCode

INTERNAL_MESSAGE = "Something went wrong on our side."
DATABASE_MESSAGE = "The database does not answer; try again in a moment."

_log = logging.getLogger(__name__)


publish_enum(
    ErrorCode,
    "Why a mutation did not do what was asked. Every value is an expected failure; what goes wrong otherwise is a "
    "top-level error with another code in `extensions.code`.",
    {code: f"{code.facts.meaning} {code.facts.advice}" for code in ErrorCode if code.facts.place is not Place.TOP},
    name="UserErrorCode",
    partly=True,
)


@strawberry.type(
    description="An expected failure of a mutation, made to be shown to a person or acted upon by a program."
)
class UserError:
    """A `DomainError` inside a payload."""

    code: ErrorCode = strawberry.field(description="What kind of failure this is, for programs.")
    message: str = strawberry.field(description="What is wrong and what would be right, for people.")
    field: list[str] = strawberry.field(
        description='The path of the offending input, outermost first and beginning with "input"; empty where none is.'
    )
    details: JSON | None = strawberry.field(
        default=None, description='Facts that a program can act on, for instance `{"currentVersion": 3}`.'
    )


def is_user_error(error: DomainError) -> bool:
    """Whether `error` belongs into a payload, rather than on top."""
    return error.code.facts.place is not Place.TOP


def to_user_error(error: DomainError) -> UserError:
    """The payload error of a domain error for which `is_user_error` holds."""
    return UserError(
        code=error.code,
        message=error.message,
        field=_payload_path(error),
        details=JSON(error.details) if error.details else None,
    )


def describe(error: Exception) -> tuple[str, dict[str, object]]:
    """The message and the extensions that a client may see of any exception; the unexpected is masked, not logged."""
    if isinstance(error, DomainError):
        extensions = _extensions(error.code, error.details)
        if error.field:
            extensions["field"] = _input_path(error)
        return error.message, extensions
    if is_database_unavailable(error):
        return DATABASE_MESSAGE, _extensions(ErrorCode.DATABASE_UNAVAILABLE)
    return INTERNAL_MESSAGE, _extensions(ErrorCode.INTERNAL)


def translate_all(errors: list[GraphQLError], request_id: str, *, suggests: bool = True) -> list[GraphQLError]:
    """`errors` of one operation as the client may see them. What made several fields fail is logged once."""
    translated, logged = [], set[object]()
    for error in errors:
        cause = error.original_error or error
        known = "outage" if is_database_unavailable(cause) else id(cause)
        translated.append(translate(error, request_id, suggests=suggests, is_logged=known in logged))
        logged.add(known)
    return translated


def translate(error: GraphQLError, request_id: str, *, suggests: bool = True, is_logged: bool = False) -> GraphQLError:
    """`error` as the client may see it: always with `code` and `requestId`. Logs what is our own fault, once.

    Unless it `suggests`, what GraphQL itself says names nothing of the schema that the client did not name first.
    """
    message, extensions = _explain(error)
    if not suggests and not isinstance(error.original_error, DomainError):
        message = message.partition(" Did you mean ")[0]
    if extensions["code"] in (ErrorCode.INTERNAL, ErrorCode.DATABASE_UNAVAILABLE) and not is_logged:
        report(error.original_error or error, request_id, path=error.path)
    extensions["requestId"] = request_id
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions=extensions)


def report(error: BaseException, request_id: str, path: list[str | int] | None = None) -> None:
    """Log a failure of ours: with its traceback, unless it is the database that does not answer."""
    facts: Mapping[str, object] = {"request_id": request_id, "graphql_path": path}
    if is_database_unavailable(error):
        _log.error("The database does not answer: %s", type(error).__name__, extra=facts)
    else:
        _log.error("Unexpected error in a GraphQL operation", exc_info=error, extra=facts)


def _explain(error: GraphQLError) -> tuple[str, dict[str, object]]:
    original = error.original_error
    if error.extensions and "code" in error.extensions:
        return error.message, _extensions(ErrorCode[error.extensions["code"]], error.extensions)
    if isinstance(error, GraphQLSyntaxError):
        code = (
            ErrorCode.QUERY_TOO_COMPLEX
            if "tokens. Parsing aborted" in error.message
            else ErrorCode.GRAPHQL_PARSE_FAILED
        )
        return error.message, {"code": code.value}
    if isinstance(original, RecursionError) and error.path is None:
        return "The document nests too deeply.", {"code": ErrorCode.QUERY_TOO_COMPLEX.value}
    if isinstance(original, CannotGetOperationTypeError | InvalidOperationTypeError | MissingQueryError):
        return error.message or "The request has no query.", {"code": ErrorCode.BAD_REQUEST.value}
    if _is_client_mistake(error):
        return error.message, {"code": ErrorCode.BAD_REQUEST.value}
    return describe(original if isinstance(original, Exception) else error)


def _is_client_mistake(error: GraphQLError) -> bool:
    """GraphQL's own complaints: those about variables have no path, those about arguments point at the document first,
    and those about a value that a resolver gave do neither.
    """
    original = error.original_error
    if error.path is None:
        return original is None or isinstance(original, GraphQLError)
    return isinstance(original, GraphQLError) and bool(original.nodes)


def _extensions(code: ErrorCode, details: Mapping[str, object] | None = None) -> dict[str, object]:
    hint = {"retryable": True} if code.facts.is_retryable else {}
    return {**(details or {}), "code": code.value, **hint}


def _payload_path(error: DomainError) -> list[str]:
    if error.field:
        return ["input", *_input_path(error)]
    return ["input", error.subject] if error.subject else []


def _input_path(error: DomainError) -> list[str]:
    return [to_camel_case(name) if name.islower() else name for name in error.field]
