"""What is kept of archives: their states, what they count for, and what the project's storage tells of them.

Each change is one transaction over the three, so that they never say different things. Nobody else touches a quota or a
`project_storage` document for an archive's sake.
"""

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.files.archives.errors import TooManyArchives
from aura_gql.files.archives.events import to_bus, topic_of
from aura_gql.files.archives.records import ArchiveBounds, ArchiveFacts, ArchiveRecord, ArchiveStatus
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.infra.ports import EventBus
from aura_gql.infra.transaction import in_transaction
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.storage.quotas.records import Usage
from aura_gql.storage.quotas.service import StorageQuotas

_RESERVED_S = 3_600.0


class ArchiveShelf:
    """Adds, changes and removes archives, and tells the bus."""

    def __init__(self, quotas: StorageQuotas, bus: EventBus, bounds: ArchiveBounds) -> None:
        self._quotas = quotas
        self._bus = bus
        self._bounds = bounds

    async def reserve(self, user_id: str, project_id: ObjectId, archive_id: ObjectId, size: int) -> None:
        """Set bytes aside for an archive that is on its way; again takes the place of before. UserStorageFull,
        TooManyReservations.
        """
        await self._quotas.reserve(user_id, project_id, size, lasts_s=_RESERVED_S, reservation_id=archive_id)

    async def release(self, user_id: str, archive_id: ObjectId) -> None:
        """Give back what was set aside. Safe to repeat."""
        await self._quotas.release(user_id, archive_id)

    async def require_room(self, project_id: ObjectId) -> None:
        """TooManyArchives where the project has as many as it may. Only `add` is sure, this is for what should not even
        be begun: bytes that nothing will name stay in the store until a sweep.
        """
        self._check_count(await ProjectArchiveDocument.count_of(project_id) + 1)

    async def add(self, record: ArchiveRecord, reservation: ObjectId | None = None) -> None:
        """Put a new archive there. ProjectNotFound, TooManyArchives, UserStorageFull; DuplicateKeyError where its id is
        taken.

        A COMPLETED one ends what was set aside for it, under `reservation` if not under its own id.
        """

        async def write(session: AsyncClientSession) -> None:
            # What comes to a project that is being deleted would count for its user for ever.
            if not await ProjectDocument.hold(record.project_id, session):
                raise ProjectNotFound("There is no project with this id.")
            await ProjectArchiveDocument.insert_record(record, session)
            # First, and for all that count: of two that come at once the second then counts the first.
            await self._tell(record, session)
            self._check_count(await ProjectArchiveDocument.count_of(record.project_id, session))
            if record.facts is not None:
                growth, used = Usage(archive_bytes=record.facts.size), [reservation or record.id]
                await self._quotas.add(record.user_id, growth, session, releasing=used)

        async with self._quotas.turn(record.user_id):
            await in_transaction(ProjectArchiveDocument.client(), write)

    async def begin(self, archive_id: ObjectId) -> ArchiveRecord | None:
        """Have an archive be UPLOADING; None where it is settled or gone."""
        return await self._change(archive_id, ArchiveStatus.UPLOADING)

    async def complete(self, archive_id: ObjectId, facts: ArchiveFacts) -> ArchiveRecord | None:
        """Have an archive be COMPLETED, and count for its user; None where it is settled or gone. UserStorageFull."""
        return await self._change(archive_id, ArchiveStatus.COMPLETED, facts=facts)

    async def fail(self, archive_id: ObjectId, message: str) -> ArchiveRecord | None:
        """Have an archive be FAILED, `message` saying why; None where it is settled or gone."""
        return await self._change(archive_id, ArchiveStatus.FAILED, message=message)

    async def remove(self, archive_id: ObjectId) -> bool:
        """Have no such archive; False where there was none. Its bytes are the sweeper's: others may be the same."""

        async def write(session: AsyncClientSession) -> ArchiveRecord | None:
            record = await ProjectArchiveDocument.remove(archive_id, session)
            if record is not None:
                freed = record.facts.size if record.facts else 0
                await ProjectStorageDocument.forget_archive(record.project_id, freed, session)
                await self._quotas.add(record.user_id, -Usage(archive_bytes=freed), session, releasing=[archive_id])
            return record

        record = await in_transaction(ProjectArchiveDocument.client(), write)
        if record is None:
            return False
        await self._bus.publish(topic_of(archive_id), {})
        return True

    async def _change(
        self,
        archive_id: ObjectId,
        status: ArchiveStatus,
        *,
        message: str | None = None,
        facts: ArchiveFacts | None = None,
    ) -> ArchiveRecord | None:
        async def write(session: AsyncClientSession) -> ArchiveRecord | None:
            record = await ProjectArchiveDocument.change(archive_id, status, session, message=message, facts=facts)
            if record is None:
                return None
            await self._tell(record, session)
            if record.is_settled:
                growth = Usage(archive_bytes=facts.size if facts else 0)
                await self._quotas.add(record.user_id, growth, session, releasing=[archive_id])
            return record

        record = await in_transaction(ProjectArchiveDocument.client(), write)
        if record is not None:
            await self._bus.publish(topic_of(archive_id), to_bus(record))
        return record

    def _check_count(self, count: int) -> None:
        limit = self._bounds.max_per_project
        if count > limit:
            raise TooManyArchives(
                f"A project has at most {limit} archives, those that failed included; delete one first.",
                details={"resource": "archives", "limit": limit, "used": count - 1},
            )

    async def _tell(self, record: ArchiveRecord, session: AsyncClientSession) -> None:
        """Have the project's storage tell of the archive that changed last."""
        facts = record.facts
        await ProjectStorageDocument.note_archive(
            record.project_id,
            record.status.value,
            session,
            archived_bytes=facts.size if facts else 0,
            compression_ratio=ratio_of(facts) if facts else None,
            synced_at=record.changed_at if facts else None,
        )


def ratio_of(facts: ArchiveFacts) -> float | None:
    """How many times more bytes the files have than the archive; None where there are none."""
    return round(facts.total_bytes / facts.size, 3) if facts.size and facts.total_bytes else None
