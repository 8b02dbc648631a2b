"""Where a template runs, as clients see it."""

from typing import Self

import strawberry

from aura_gql.graph.sandboxes.enums import SandboxProviderName
from aura_gql.sandboxes.records import Suitability


@strawberry.type(description="Whether the sandboxes of a provider run a template.")
class TemplateProviderSupport:
    """A suitability record on the wire."""

    provider: SandboxProviderName = strawberry.field(description="The provider.")
    is_supported: bool = strawberry.field(
        description="Whether `startCommand` has what it needs there: its tools, and a network if it installs packages."
    )
    reason: str | None = strawberry.field(description="What is missing, in words for a person; null where nothing is.")

    @classmethod
    def from_record(cls, record: Suitability) -> Self:
        """The support that `record` describes."""
        return cls(provider=record.provider, is_supported=record.is_suitable, reason=record.reason)
