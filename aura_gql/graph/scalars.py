"""Scalars beyond GraphQL's own."""

from datetime import UTC, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError, IntValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from aura_gql.graph.uploads import UploadedFile, refuse_literal, refuse_result, take_upload

_LIMIT = 1 << 63

Long = NewType("Long", int)
"""A whole number of 64 bits: bytes, mostly."""


def _to_long(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -_LIMIT <= value < _LIMIT:
        raise GraphQLError("Long must be a whole number of 64 bits.")
    return value


def _literal_to_long(node: ValueNode, variables: object = None) -> int:
    if not isinstance(node, IntValueNode):
        raise GraphQLError("Long must be a whole number of 64 bits.", node)
    return _to_long(int(node.value) if len(node.value) < 21 else _LIMIT)


def _from_datetime(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_datetime(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise GraphQLError("DateTime must be RFC 3339, for instance 2026-01-31T12:00:00Z.") from error
    if moment.tzinfo is None:
        raise GraphQLError("DateTime must name its offset from UTC, for instance by a final Z.")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise GraphQLError("DateTime must be within the years 1 to 9999 in UTC.") from error


SCALARS: dict[object, ScalarDefinition] = {
    Long: strawberry.scalar(
        name="Long",
        description="A whole number of 64 bits as a JSON number; sizes are bytes.",
        specified_by_url="https://scalars.graphql.org/apollographql/long-v0.1.html",
        serialize=_to_long,
        parse_value=_to_long,
        parse_literal=_literal_to_long,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment as RFC 3339 writes it, to the millisecond; the server always answers in UTC (Z).",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_from_datetime,
        parse_value=_to_datetime,
    ),
    UploadedFile: strawberry.scalar(
        name="Upload",
        description=(
            "A file that comes with the request, as the GraphQL multipart request specification has it: a form of "
            "`operations`, `map` and the files, where `map` puts each file in the place of a null in the variables. "
            "Such a request needs one of the headers `Apollo-Require-Preflight`, `X-Apollo-Operation-Name` and "
            "`GraphQL-Preflight`. An Upload can be neither a literal nor JSON, and is never part of an answer."
        ),
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        serialize=refuse_result,
        parse_value=take_upload,
        parse_literal=refuse_literal,
    ),
}
"""For `StrawberryConfig(scalar_map=…)`."""
