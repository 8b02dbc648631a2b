"""Which languages there are, as clients see it."""

from typing import Self

import strawberry

from aura_gql.executions import records
from aura_gql.graph.executions.enums import ExecutionLanguage


@strawberry.type(description="A language, and whether the sandboxes of a provider run it.")
class LanguageSupport:
    """A language on the wire."""

    language: ExecutionLanguage = strawberry.field(description="The language.")
    available: bool = strawberry.field(description="Whether `executeCode` and `quickExecute` run it there.")
    version: str | None = strawberry.field(
        description="The version of what runs it, in that program's own words; null where nothing does."
    )
    detail: str = strawberry.field(description="What runs it, or what is missing, in words for a person.")

    @classmethod
    def from_record(cls, support: records.LanguageSupport) -> Self:
        """The language that `support` describes."""
        return cls(
            language=support.language, available=support.available, version=support.version, detail=support.detail
        )
