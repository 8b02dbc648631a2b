"""What clients send about templates."""

import strawberry

from aura_gql.templates.records import TemplateFilter


@strawberry.input(name="TemplateFilter", description="Which templates to list: those that match everything given.")
class TemplateFilterInput:
    """A filter on the wire."""

    category: str | None = strawberry.field(default=None, description="Only this category; see `templateCategories`.")
    type: str | None = strawberry.field(default=None, description="Only this type, e.g. `react`.")
    tags: list[str] | None = strawberry.field(default=None, description="Only those that have all of these tags.")
    text: str | None = strawberry.field(
        default=None,
        description="Only those that have every word of it in name, tags or description; beginnings of words will do.",
    )

    def to_record(self) -> TemplateFilter:
        """The filter for the service."""
        return TemplateFilter(category=self.category, type=self.type, tags=tuple(self.tags or ()), text=self.text)
