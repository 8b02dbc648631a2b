"""Pages of the catalogue, and what a filter beside them offers."""

from collections.abc import Sequence
from typing import Final

from aura_gql.kernel.page import Page, PageRequest
from aura_gql.templates.listing.documents import count_facet, count_matching, find_page
from aura_gql.templates.listing.filtering import check_filter, matching, without
from aura_gql.templates.listing.ordering import from_cursor, sorting_of, to_cursor
from aura_gql.templates.records import (
    FacetRecord,
    TemplateFacetName,
    TemplateFilter,
    TemplateOrder,
    TemplateRecord,
)

MAX_FACET_VALUES: Final = 50


async def list_templates(
    wanted: TemplateFilter, order: TemplateOrder | None, page: PageRequest
) -> Page[TemplateRecord]:
    """A page of the active templates that match, most relevant first where there is a text and no order.

    A template that changes its place between two pages is seen once, twice or not at all; all others exactly once.
    InvalidInput for a filter beyond its limits or a cursor of another order, by relevance also of another text.
    """
    search = check_filter(wanted)
    condition, sorting = matching(wanted, search), sorting_of(order, search)
    after = None if page.after is None else from_cursor(sorting, page.after)
    found = await find_page(condition, sorting, after, page.first + 1)
    listed = found[: page.first]
    return Page(
        items=[each.template for each in listed],
        cursors=[to_cursor(sorting, each) for each in listed],
        has_next=len(found) > page.first,
        has_previous=after is not None,
        count=lambda: count_matching(condition),
    )


async def facet_of(wanted: TemplateFilter, facet: TemplateFacetName) -> Sequence[FacetRecord]:
    """How many of the templates that match have each value of a facet, the 50 most frequent first, equals by value.

    What the filter itself says of this facet does not count. InvalidInput for a filter beyond its limits.
    """
    condition = matching(without(wanted, facet), check_filter(wanted))
    return await count_facet(condition, facet, MAX_FACET_VALUES)
