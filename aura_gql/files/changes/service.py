"""The changes of projects' files: keeping, listing and following them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import timedelta

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from aura_gql.files.changes.documents import FileChangeCounter, FileChangeDocument
from aura_gql.files.changes.records import ChangeBatchRecord, FileChangeRecord, NewChange
from aura_gql.files.changes.saves import changes_of
from aura_gql.files.events import topic_of
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import VersionRecord
from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import EventBus
from aura_gql.infra.transaction import in_transaction
from aura_gql.kernel.background import undisturbed
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import Page, PageRequest, decode_cursor, encode_cursor

_PAGE = 200
_LOOK_S = 5.0
_DUPLICATE_KEY = 11_000
_MAX_SEQUENCE = 2**63 - 1


class FileChanges:
    """One list a project, numbered without a gap: what saves change, and what code changes in its sandboxes."""

    def __init__(self, projects: ProjectAccess, bus: EventBus, ttl_s: int) -> None:
        """Changes are kept for `ttl_s` seconds."""
        self._projects = projects
        self._bus = bus
        self._ttl = timedelta(seconds=ttl_s)

    async def record(self, project_id: ObjectId, changes: Sequence[NewChange]) -> None:
        """Keep what code changed, at least one change, and tell those who follow. Waits out a database that is away:
        PyMongoError where that takes too long, and then nothing is kept.
        """
        ids = [ObjectId() for _ in changes]
        expires_at = utcnow() + self._ttl

        async def append(session: AsyncClientSession) -> int:
            return await FileChangeDocument.append(project_id, changes, expires_at, session, ids)

        try:
            await patiently(lambda: in_transaction(FileChangeDocument.client(), append))
        except BulkWriteError as error:
            # An earlier try has kept them, and only its answer was lost.
            if error.details["writeErrors"][0]["code"] != _DUPLICATE_KEY:
                raise
        await self._bus.publish(topic_of(project_id), {"project_id": str(project_id)})

    async def add_saves(
        self, project_id: ObjectId, versions: Sequence[VersionRecord], session: AsyncClientSession
    ) -> None:
        """Keep what a revision changed, inside its transaction; the writer tells the bus when that is through."""
        await FileChangeDocument.append(project_id, changes_of(versions), utcnow() + self._ttl, session)

    async def of_execution(self, execution_id: ObjectId, page: PageRequest) -> Page[FileChangeRecord]:
        """What changed in the sandbox while an execution ran, in order; for those who may see the execution."""
        behind = 0 if page.after is None else int(decode_cursor(page.after, [int])[0])
        if not 0 <= behind <= _MAX_SEQUENCE:
            raise InvalidInput("`after` is not a cursor of this list.", field=("after",))
        found = await FileChangeDocument.find_of_execution(execution_id, behind, page.first + 1)
        items = found[: page.first]
        return Page(
            items=items,
            cursors=[encode_cursor(item.sequence) for item in items],
            has_next=len(found) > page.first,
            has_previous=page.after is not None,
            count=lambda: FileChangeDocument.count_of_execution(execution_id),
        )

    async def follow(
        self, viewer_id: str, project_id: ObjectId, after: int | None
    ) -> AsyncGenerator[ChangeBatchRecord, None]:
        """The changes behind number `after`, then those that come; from now on where it is None. Each once, in order.

        ProjectNotFound, also once the project is no longer the viewer's: that is looked up every few seconds.
        InvalidInput where `after` is no number of a change so far. Ends when the server goes.
        """
        await undisturbed(self._require(viewer_id, project_id))
        async with self._bus.subscribe(topic_of(project_id)) as carried:
            seen = await self._start(project_id, after)
            loop = asyncio.get_running_loop()
            looked_at = loop.time()
            while True:
                async for batch in self._behind(project_id, seen):
                    seen = batch.last
                    yield batch
                try:
                    event = await anext(carried)
                except StopAsyncIteration:
                    return
                if event is None or loop.time() > looked_at + _LOOK_S:
                    await undisturbed(self._require(viewer_id, project_id))
                    looked_at = loop.time()

    async def remove_project(self, project_id: ObjectId) -> None:
        """Forget everything of a project. Safe to repeat."""
        await FileChangeDocument.remove_project(project_id)
        await FileChangeCounter.remove_project(project_id)

    async def _require(self, viewer_id: str, project_id: ObjectId) -> None:
        await self._projects.get(viewer_id, project_id)

    async def _start(self, project_id: ObjectId, after: int | None) -> int:
        last = await undisturbed(FileChangeCounter.find_last(project_id))
        if after is None:
            return last
        if not 0 <= after <= last:
            message = f"`after` is {after}, but it must be 0 to {last}, the number of the project's last change so far."
            raise InvalidInput(message, field=("after",))
        return after

    async def _behind(self, project_id: ObjectId, seen: int) -> AsyncIterator[ChangeBatchRecord]:
        # Asked for before the changes: all up to this one are there already, or have expired.
        last = await undisturbed(FileChangeCounter.find_last(project_id))
        while seen < last:
            found = await undisturbed(_next_changes(project_id, seen))
            reached = found[-1].sequence if found else last
            yield ChangeBatchRecord(project_id, reached, tuple(found), is_complete=reached - seen == len(found))
            seen = reached


async def _next_changes(project_id: ObjectId, seen: int) -> list[FileChangeRecord]:
    """Changes behind a number, in order: a page of them, and the rest of the last one's revision, which has no more
    changes than a project has files.
    """
    found = await FileChangeDocument.find_behind(project_id, seen, _PAGE)
    more = len(found) == _PAGE
    while more and (revision := found[-1].change.revision) is not None:
        page = await FileChangeDocument.find_behind(project_id, found[-1].sequence, _PAGE)
        rest = [record for record in page if record.change.revision == revision]
        found += rest
        more = len(rest) == _PAGE
    return found
