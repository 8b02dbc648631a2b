"""Pages of lists in the order of their ids, newest first: MongoDB makes ids grow with time."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from bson import ObjectId

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import Page, PageRequest, decode_cursor, encode_cursor


class Identified(Protocol):
    """Anything that MongoDB has given an id."""

    @property
    def id(self) -> ObjectId:
        """The id."""
        ...


RecordT = TypeVar("RecordT", bound=Identified)


def id_behind(page: PageRequest) -> ObjectId | None:
    """The id of the item that the page follows, None at the start; InvalidInput on `after` for another cursor."""
    if page.after is None:
        return None
    (key,) = decode_cursor(page.after, [str])
    if not ObjectId.is_valid(str(key)):
        raise InvalidInput("`after` is not a cursor of this list.", field=("after",))
    return ObjectId(str(key))


def page_by_id(found: Sequence[RecordT], page: PageRequest, count: Callable[[], Awaitable[int]]) -> Page[RecordT]:
    """The page of `found`, which holds one item more than asked for where there is one."""
    items = list(found[: page.first])
    return Page(
        items=items,
        cursors=[encode_cursor(str(item.id)) for item in items],
        has_next=len(found) > page.first,
        has_previous=page.after is not None,
        count=count,
    )
