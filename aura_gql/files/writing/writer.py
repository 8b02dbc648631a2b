"""The one way in which a project's files change."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from time import monotonic

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from aura_gql.files.changes.service import FileChanges
from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.errors import RevisionConflict
from aura_gql.files.events import to_bus, topic_of
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.limits import FileLimits
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import RevisionSource, VersionKind, VersionRecord
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.versions import scope_of
from aura_gql.files.writing.contents import held_contents, keep_contents
from aura_gql.files.writing.documents import FileBatchDocument
from aura_gql.files.writing.drafts import Draft, make_draft
from aura_gql.files.writing.glance import Glance, glance
from aura_gql.files.writing.operations import Operation, PutFile, StoredContent, checked
from aura_gql.files.writing.records import AppliedBatch, Revision, version_records
from aura_gql.infra.ports import EventBus
from aura_gql.infra.transaction import in_transaction
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.records import ProjectRecord
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.sweeping.guard import BlobGuard

# More would have others wait for the transaction.
_KEPT_SOON = 4


@dataclass(frozen=True, slots=True)
class _Request:
    """Clean operations, and all that is asked with them. `stored` grows as their contents become safe."""

    author: str
    project_id: ObjectId
    operations: Sequence[Operation]
    source: RevisionSource
    expected_revision: int | None
    operation_id: ObjectId | None
    releasing: Collection[ObjectId]
    stored: dict[str, StoredContent] = field(default_factory=dict)

    @property
    def blobs(self) -> set[BlobKey]:
        """The blobs that the operations may come to name."""
        scope = scope_of(self.project_id)
        contents = (operation.content for operation in self.operations if isinstance(operation, PutFile))
        return {
            content.blob if isinstance(content, StoredContent) else BlobKey(scope, content.sha256)
            for content in contents
        }


class FileWriter:
    """Operations are planned on the files as they are, and the plan is one transaction with the history, the totals and
    the list of changes: all or none, one revision, one event. It is committed when all blobs that it names are safe, so
    that a crash leaves at most blobs that nothing names.
    """

    def __init__(
        self,
        projects: ProjectAccess,
        blobs: BlobStore,
        limits: FileLimits,
        bus: EventBus,
        changes: FileChanges,
        quotas: StorageQuotas,
        kept_within_s: float = 2.0,
    ) -> None:
        """A transaction waits for `kept_within_s` seconds at most for bytes that are kept beside it."""
        self._projects = projects
        self._blobs = blobs
        self._limits = limits
        self._bus = bus
        self._changes = changes
        self._quotas = quotas
        self._guard = BlobGuard()
        self._kept_within_s = kept_within_s

    async def apply(
        self,
        author: str,
        project_id: ObjectId,
        operations: Sequence[Operation],
        *,
        source: RevisionSource,
        expected_revision: int | None = None,
        operation_id: ObjectId | None = None,
        releasing: Collection[ObjectId] = (),
    ) -> AppliedBatch:
        """Do the operations as `author`, in their order, each seeing those before. Where they change nothing there is
        no new revision. With an `operation_id` they are done once: a repetition gives what the first came to.
        Where the files grow, that ends the reservations `releasing` of the project's owner, which were for them.

        ProjectNotFound, ProjectNotReady, RevisionConflict, StorageUnavailable, and the errors of the limits; of one
        operation, its position first in `field`: InvalidPath, InvalidInput, FileTooLarge, VersionConflict, PathClash,
        FileNotFound.
        """
        clean = checked(operations, self._limits)
        request = _Request(author, project_id, clean, source, expected_revision, operation_id, releasing)
        if operation_id is None:
            return await self._apply(request)
        if first := await FileBatchDocument.find_result(operation_id):
            return first
        try:
            return await self._apply(request)
        except (DomainError, DuplicateKeyError):
            # The same call may have won meanwhile; then the versions that it made are what stands in the way of this.
            if first := await FileBatchDocument.find_result(operation_id):
                return first
            raise

    async def _apply(self, request: _Request) -> AppliedBatch:
        project_id, blobs, claim = request.project_id, request.blobs, None
        while True:
            looked_at_s = monotonic()
            seen = await glance(self._projects, request.author, project_id, request.operations, blobs)
            project = seen.project
            if claim is None:
                claim = (
                    await self._guard.claim(blobs) if seen.has_condemned else self._guard.claimed(blobs, looked_at_s)
                )
            _check_revision(project.revision, request)
            # The files are at the project's revision or a later one.
            draft = await make_draft(project_id, request.operations, found=seen.files)
            if not draft.plan.changes:
                return await self._nothing_changed(request, project.revision, draft)
            self._check_totals(request, seen, draft)
            keeping = await self._begin_keeping(request, draft)
            try:
                await claim.hold()
                async with self._quotas.turn(project.user_id):
                    batch = await in_transaction(
                        ProjectFileDocument.client(),
                        lambda session: self._write(request, project, draft, keeping, session),  # noqa: B023
                    )
            except _MovedOn:
                await keeping
                continue
            except ProjectNotFound:
                await asyncio.wait([keeping])
                # No transaction on a project that is being deleted can succeed any more: nothing will name its blobs.
                await self._blobs.delete_scope(scope_of(project_id))
                raise
            finally:
                await asyncio.wait([keeping])
            await self._bus.publish(topic_of(project_id), to_bus(batch.project_id, batch.revision))
            return batch

    async def _nothing_changed(self, request: _Request, revision: int, draft: Draft) -> AppliedBatch:
        batch = AppliedBatch(request.project_id, revision, [], list(draft.plan.kept))
        if request.operation_id is not None:
            await FileBatchDocument.add(request.operation_id, batch, None)
        return batch

    def _check_totals(self, request: _Request, seen: Glance, draft: Draft) -> None:
        """Once more inside the transaction; here so that what can't be kept does not fill the blob store."""
        growth = draft.plan.growth
        self._limits.check_totals(seen.totals, seen.totals + growth)
        self._quotas.check_stored(seen.usage, growth.as_usage(), releasing=request.releasing)

    async def _begin_keeping(self, request: _Request, draft: Draft) -> asyncio.Task[dict[str, StoredContent]]:
        """Keep the contents, or begin to where that is soon done: then the transaction goes beside it."""
        scope = scope_of(request.project_id)
        wanted = {name: content for name, content in draft.plan.contents.items() if name not in request.stored}
        keeping = asyncio.create_task(keep_contents(self._blobs, scope, wanted))
        known = held_contents(scope, wanted) if self._blobs.is_near and len(wanted) <= _KEPT_SOON else None
        request.stored.update(await keeping if known is None else known)
        return keeping

    async def _write(
        self,
        request: _Request,
        project: ProjectRecord,
        draft: Draft,
        keeping: asyncio.Task[dict[str, StoredContent]],
        session: AsyncClientSession,
    ) -> AppliedBatch:
        # First, because it makes other transactions on the project wait or start again: what is read below stays so.
        number = await self._projects.advance_revision(request.project_id, session)
        if number != project.revision + 1:
            _check_revision(number - 1, request)
            draft = await make_draft(request.project_id, request.operations, session)
            if not draft.plan.changes or not draft.plan.contents.keys() <= request.stored.keys():
                raise _MovedOn
        revision = Revision(request.project_id, number, request.author, utcnow(), request.source)
        records = version_records(draft.plan, revision, request.stored, draft.last_versions)
        await self._store(request, project.user_id, draft, records, session)
        batch = AppliedBatch(request.project_id, number, records, list(draft.plan.kept))
        if request.operation_id is not None:
            await FileBatchDocument.add(request.operation_id, batch, session)
        # Others wait for this transaction: where the disk takes long, it is begun anew behind that.
        await asyncio.wait([keeping], timeout=self._kept_within_s)
        if not keeping.done():
            raise _MovedOn
        # The commit comes next: nobody sees a name of a blob that is not safe.
        await keeping
        return batch

    async def _store(
        self, request: _Request, owner: str, draft: Draft, records: Sequence[VersionRecord], session: AsyncClientSession
    ) -> None:
        project_id, changes = records[0].file.project_id, draft.plan.changes
        removed = [change.before for change in changes if change.before is not None and change.after is None]
        written = [
            (change.before, record.file)
            for change, record in zip(changes, records, strict=True)
            if record.kind is not VersionKind.DELETED
        ]
        if not await ProjectFileDocument.write_records(removed, written, session):
            raise RuntimeError("A file has moved on inside the transaction that had read it.")
        await FileVersionDocument.insert_records(records, session)
        await self._changes.add_saves(project_id, records, session)
        if growth := draft.plan.growth:
            after = await ProjectStorageDocument.add(project_id, growth, session)
            self._limits.check_totals(after - growth, after)
            await self._quotas.add(owner, growth.as_usage(), session, releasing=request.releasing)


class _MovedOn(Exception):
    """The plan must be made anew, as the files have come to stand or their bytes are late; undoes the transaction that
    found it.
    """


def _check_revision(revision: int, request: _Request) -> None:
    expected = request.expected_revision
    if expected is not None and expected != revision:
        raise RevisionConflict(
            f"The project is at revision {revision}, and these operations began from revision {expected}.",
            field=("expectedRevision",),
            details={"currentRevision": revision},
        )
