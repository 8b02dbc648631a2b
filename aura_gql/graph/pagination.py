"""Relay connections over `kernel.page`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Generic, TypeVar

import strawberry

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page, PageRequest

First = Annotated[
    int | None,
    strawberry.argument(description=f"How many items, 1 to {MAX_PAGE_SIZE}; {DEFAULT_PAGE_SIZE} where it is left out."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Begin behind this cursor, which an earlier page of the same list gave."),
]

NodeT = TypeVar("NodeT")
RecordT = TypeVar("RecordT")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page information; lists are read forward only."""

    has_next_page: bool = strawberry.field(description="Whether items follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether items stand before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item, to pass as `after`; null on an empty page."
    )


@strawberry.type(description="An item and its place in the list.")
class Edge(Generic[NodeT]):
    """One item of a connection."""

    node: NodeT = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="Resumes the list behind this item, passed as `after`.")


@strawberry.type(description="A page of a list, in a stable order.")
class Connection(Generic[NodeT]):
    """A page as Relay has it, all plain attributes but the count."""

    edges: list[Edge[NodeT]] = strawberry.field(description="The items of this page with their cursors.")
    nodes: list[NodeT] = strawberry.field(description="The items of this page, for those who need no cursors.")
    page_info: PageInfo = strawberry.field(description="Whether there is more, and where it begins.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many items the whole list has. It is counted only when asked for.")
    async def total_count(self) -> int:
        """Ask the database."""
        return await self.count()

    @classmethod
    def of(cls, page: Page[RecordT], convert: Callable[[RecordT], NodeT]) -> "Connection[NodeT]":
        """The connection of a page of records, each converted to its type."""
        nodes = [convert(record) for record in page.items]
        return cls(
            edges=[Edge(node=node, cursor=cursor) for node, cursor in zip(nodes, page.cursors, strict=True)],
            nodes=nodes,
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=page.has_previous,
                start_cursor=page.cursors[0] if page.cursors else None,
                end_cursor=page.cursors[-1] if page.cursors else None,
            ),
            count=page.count,
        )


def page_request(first: int | None, after: str | None) -> PageRequest:
    """The page that the arguments ask for; InvalidInput on `first` outside 1 to 100."""
    size = DEFAULT_PAGE_SIZE if first is None else first
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise InvalidInput(f"`first` must be 1 to {MAX_PAGE_SIZE}, not {size}.", field=("first",))
    return PageRequest(first=size, after=after)
