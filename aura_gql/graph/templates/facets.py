"""What lists of templates are narrowed by, as clients see it."""

from typing import Self

import strawberry

from aura_gql.graph.context import Info
from aura_gql.templates.records import FacetRecord, TemplateFacetName, TemplateFilter


@strawberry.type(description="A value that templates may be narrowed to.")
class TemplateFacet:
    """A facet record on the wire."""

    value: str = strawberry.field(description="What to pass in the filter.")
    count: int = strawberry.field(description="How many templates the list has then.")

    @classmethod
    def from_record(cls, record: FacetRecord) -> Self:
        """The value that `record` describes."""
        return cls(value=record.value, count=record.count)


@strawberry.type(description="What a list of templates may be narrowed by: the most frequent values first, at most 50.")
class TemplateFacets:
    """The facets of one filter; each is counted where it is asked for."""

    filter: strawberry.Private[TemplateFilter]

    @strawberry.field(description="Values for `filter.category`.")
    async def categories(self, info: Info) -> list[TemplateFacet]:
        """Call, convert."""
        return await self._counted(info, TemplateFacetName.CATEGORY)

    @strawberry.field(description="Values for `filter.type`.")
    async def types(self, info: Info) -> list[TemplateFacet]:
        """Call, convert."""
        return await self._counted(info, TemplateFacetName.TYPE)

    @strawberry.field(
        description="Values for `filter.tags`: the count is of those that have this one, whatever tags are chosen."
    )
    async def tags(self, info: Info) -> list[TemplateFacet]:
        """Call, convert."""
        return await self._counted(info, TemplateFacetName.TAG)

    @strawberry.field(description="Values for `filter.dependency`: names of packages.")
    async def dependencies(self, info: Info) -> list[TemplateFacet]:
        """Call, convert."""
        return await self._counted(info, TemplateFacetName.DEPENDENCY)

    async def _counted(self, info: Info, facet: TemplateFacetName) -> list[TemplateFacet]:
        records = await info.context.services.templates.facet(self.filter, facet)
        return [TemplateFacet.from_record(record) for record in records]
