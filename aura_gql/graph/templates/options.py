"""The options of templates, as clients see them."""

from typing import Self

import strawberry

from aura_gql.projects.configuration.options import OptionOutcome


@strawberry.type(description="What an option of `createProject` would do to a template, chosen alone or with others.")
class TemplateOption:
    """An option's outcome on the wire."""

    name: str = strawberry.field(
        description="The field of `ProjectConfigurationInput`: `typescript`, `packageManager` and so on."
    )
    is_applicable: bool = strawberry.field(
        description="Whether it can be chosen. One that can not is refused by `createProject`, for the same reason."
    )
    is_satisfied: bool = strawberry.field(
        description="Whether the template has it already, so that choosing it changes nothing."
    )
    reason: str | None = strawberry.field(
        description='Why it can\'t be chosen, as words that continue "because"; null where it can.'
    )

    @classmethod
    def from_record(cls, record: OptionOutcome) -> Self:
        """The option that `record` describes."""
        return cls(
            name=record.name,
            is_applicable=record.is_applicable,
            is_satisfied=record.is_satisfied,
            reason=record.reason,
        )
