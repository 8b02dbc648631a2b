"""Browsing templates; anyone may."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Context, Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.templates.enums import TemplateOrder
from aura_gql.graph.templates.facets import TemplateFacets
from aura_gql.graph.templates.inputs import TemplateFilterInput
from aura_gql.graph.templates.types import Template, TemplateCategory
from aura_gql.kernel.errors import InvalidInput
from aura_gql.templates.errors import TemplateNotFound
from aura_gql.templates.records import TemplateFilter


@strawberry.type
class TemplateQueries:
    """The templates room's part of the root."""

    @strawberry.field(description="The templates that new projects can be made from.")
    async def templates(
        self,
        info: Info,
        filter: Annotated[
            TemplateFilterInput | None, strawberry.argument(description="Which of them; all where left out.")
        ] = None,
        order_by: Annotated[
            TemplateOrder | None,
            strawberry.argument(
                description=(
                    "In which order; where it is left out, `RELEVANCE` with a `filter.text` and `POPULAR` without. A "
                    "cursor belongs to one order, and one of `RELEVANCE` to one text."
                )
            ),
        ] = None,
        first: First = None,
        after: After = None,
    ) -> Connection[Template]:
        """Call, convert."""
        wanted = filter.to_record() if filter else TemplateFilter()
        page = await info.context.services.templates.list(wanted, order_by, page_request(first, after))
        return Connection.of(page, Template.from_record)

    @strawberry.field(
        description=(
            "What to narrow a list of templates by: each value that there is, with how many templates choosing it "
            "would give. Ask with the filter of the list; what it says of a facet itself does not count there."
        )
    )
    async def template_facets(
        self,
        filter: Annotated[
            TemplateFilterInput | None, strawberry.argument(description="The filter of the list; none where left out.")
        ] = None,
    ) -> TemplateFacets:
        """Convert; each facet is counted where it is asked for."""
        return TemplateFacets(filter=filter.to_record() if filter else TemplateFilter())

    @strawberry.field(description="One template, by exactly one of `id` and `slug`; null where there is none.")
    async def template(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The id of a template.")] = None,
        slug: Annotated[str | None, strawberry.argument(description="Its name in URLs, e.g. `python-script`.")] = None,
    ) -> Template | None:
        """Call, convert."""
        service = info.context.services.templates
        try:
            if id is not None and slug is None:
                return Template.from_record(await service.get(object_id(id, "Template")))
            if slug is not None and id is None:
                return Template.from_record(await service.get_by_slug(slug))
        except TemplateNotFound:
            return None
        raise InvalidInput("Give exactly one of `id` and `slug`.", field=("id",))

    @strawberry.field(description="The kinds of programs that there are templates for, by name.")
    async def template_categories(self, info: Info) -> list[TemplateCategory]:
        """Call, convert."""
        return [TemplateCategory.from_record(record) for record in await info.context.services.templates.categories()]


async def fetch_templates(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, Template]:
    """The templates among `ids`, for `node`."""
    records = await context.services.templates.get_many(ids)
    return {id: Template.from_record(record) for id, record in records.items()}
