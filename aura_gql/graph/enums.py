"""Domain enums as GraphQL enums, each value with a description."""

from collections.abc import Mapping
from enum import Enum

import strawberry


def publish_enum(enum_class: type[Enum], description: str, values: Mapping[Enum, str]) -> None:
    """Give a domain enum its place in the schema. A value without a description is a programming error: LookupError."""
    strawberry.enum(enum_class, description=description)
    for value in enum_class.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[enum_class[value.name]]
