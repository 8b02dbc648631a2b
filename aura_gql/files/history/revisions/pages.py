"""A project's revisions, newest first, a page at a time."""

from bson import ObjectId

from aura_gql.files.history.records import RevisionRecord
from aura_gql.files.history.revisions.documents import RevisionQueries
from aura_gql.kernel.page import Page, PageRequest, decode_cursor, encode_cursor

_LARGEST = 2**31


async def revision_page(project_id: ObjectId, oldest: int, page: PageRequest) -> Page[RevisionRecord]:
    """A page of the revisions from `oldest` on; InvalidInput on `after` for a cursor of another list.

    Numbers without a change are rare, so that a span of as many numbers as are wanted is mostly one query.
    """
    last = None
    if page.after is not None:
        (behind,) = decode_cursor(page.after, (int,))
        last = max(0, min(int(behind), _LARGEST)) - 1
    wanted, found = page.first + 1, list[RevisionRecord]()
    while len(found) < wanted:
        newest = await RevisionQueries.find_at_most(project_id, last)
        if newest is None or newest < oldest:
            break
        first = max(oldest, newest - (wanted - len(found)) + 1)
        found += await RevisionQueries.find_between(project_id, first, newest)
        last = first - 1
    items = found[: page.first]
    return Page(
        items=items,
        cursors=[encode_cursor(each.revision) for each in items],
        has_next=len(found) > page.first,
        has_previous=page.after is not None,
        count=lambda: RevisionQueries.count_since(project_id, oldest),
    )
