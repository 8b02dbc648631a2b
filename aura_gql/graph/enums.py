"""Domain enums as GraphQL enums, each value with a description."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry

EnumT = TypeVar("EnumT", bound=Enum)


def publish_enum(
    enum_class: type[EnumT],
    description: str,
    values: Mapping[EnumT, str],
    *,
    name: str | None = None,
    partly: bool = False,
) -> None:
    """Give a domain enum its place in the schema, as `name` if not as its own.

    A value without a description is a programming error: LookupError. Where the enum goes `partly` into the schema,
    such a value stays out.
    """
    strawberry.enum(enum_class, name=name, description=description)
    definition = enum_class.__strawberry_definition__  # type: ignore[attr-defined]
    if partly:
        definition.values = [value for value in definition.values if enum_class[value.name] in values]
    for value in definition.values:
        value.description = values[enum_class[value.name]]
