"""What clients send about templates."""

import strawberry

from aura_gql.templates.records import TemplateFilter


@strawberry.input(name="TemplateFilter", description="Which templates to list: those that match everything given.")
class TemplateFilterInput:
    """A filter on the wire."""

    category: str | None = strawberry.field(default=None, description="Only this category; see `templateCategories`.")
    type: str | None = strawberry.field(default=None, description="Only this type, e.g. `react`.")
    tags: list[str] | None = strawberry.field(
        default=None, description="Only those that have all of these tags, at most 10."
    )
    dependency: str | None = strawberry.field(
        default=None,
        description="Only those that ask for this package, of whatever kind: its exact name, e.g. `@angular/core`.",
    )
    text: str | None = strawberry.field(
        default=None,
        description=(
            "What was typed into a search box, at most 100 characters and 10 different words: only those that have a "
            "word beginning with each of its words, in name, slug, type, category, tags, description, dependencies or, "
            "from three letters on, README. Case, accents and punctuation make no difference, but for `C++` and `C#`; "
            "text without a letter or digit matches everything."
        ),
    )

    def to_record(self) -> TemplateFilter:
        """The filter for the service."""
        return TemplateFilter(
            category=self.category,
            type=self.type,
            tags=tuple(self.tags or ()),
            text=self.text,
            dependency=self.dependency,
        )
