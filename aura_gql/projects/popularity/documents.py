"""The queries that count each new project for its template once.

A project is marked in the same write that makes it READY, and the mark goes in one transaction with the count.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.transaction import in_transaction
from aura_gql.projects.documents import ProjectDocument

TO_COUNT: Final = {"use_pending": True}
"""The mark of a project that became READY and is not counted yet."""

_AT_ONCE = 100

CountUses = Callable[[ObjectId, int, AsyncClientSession], Awaitable[None]]
"""Counts so many more projects for a template, inside a transaction."""


async def count_marked(count: CountUses, project_id: ObjectId | None = None) -> bool:
    """Count up to a hundred projects that are marked, or only the one; whether there may be more.

    Of several who do this at once one counts a project, and the others begin again without it.
    """
    client = ProjectDocument.get_pymongo_collection().database.client
    return await in_transaction(client, lambda session: _count_marked(count, project_id, session))


async def _count_marked(count: CountUses, project_id: ObjectId | None, session: AsyncClientSession) -> bool:
    projects = ProjectDocument.get_pymongo_collection()
    query: dict[str, Any] = dict(TO_COUNT) if project_id is None else {"_id": project_id, **TO_COUNT}
    marked = await projects.find(query, {"template_id": 1}, session=session).limit(_AT_ONCE).to_list()
    if not marked:
        return False
    ids = [project["_id"] for project in marked]
    await projects.update_many({"_id": {"$in": ids}}, {"$unset": {"use_pending": ""}}, session=session)
    uses = Counter(project["template_id"] for project in marked)
    for template_id, number in sorted(uses.items()):
        await count(template_id, number, session)
    return len(marked) == _AT_ONCE
