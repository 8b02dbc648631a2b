"""What users store, counted as it changes, and refused where it is too much."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from aura_gql.infra.turns import Turns
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.errors import TooManyReservations, TooManyStoredFiles, UserStorageFull
from aura_gql.storage.quotas.ports import UsageSource
from aura_gql.storage.quotas.records import Quota, QuotaLimits, Reservation, StoredUsage, Usage

_RECOUNTS = 20


class StorageQuotas:
    """A user's files and archives over all projects, in one document that changes inside the transactions of these.

    So it is right whenever they are: a transaction that is undone counts for nothing, and two that change it at once
    exclude each other. Who is counted for the first time is counted from what is there (`sources`); everybody who
    changes anything of a user has to write to that document, so of a count and a change at once one begins again.
    """

    def __init__(self, limits: QuotaLimits, sources: Sequence[UsageSource]) -> None:
        self._limits = limits
        self._sources = tuple(sources)
        self._turns = Turns()

    @property
    def limits(self) -> QuotaLimits:
        """The bounds of a user's storage."""
        return self._limits

    def turn(self, user_id: str) -> AbstractAsyncContextManager[None]:
        """For a transaction with `add` in it: in this process one of a user goes at a time, as of several at once all
        but one would be undone at their end and begin again.
        """
        return self._turns.of(user_id)

    async def add(
        self, user_id: str, growth: Usage, session: AsyncClientSession, *, releasing: Collection[ObjectId] = ()
    ) -> None:
        """Count a growth inside the transaction that makes it, behind all else that this transaction changes.

        Costs one round trip, and none where nothing grows or shrinks. `releasing` ends reservations in the same
        step: their bytes were used already. UserStorageFull and TooManyStoredFiles where a limit is passed, upon
        which the transaction has to be given up; what shrinks always passes.
        """
        if not growth and not releasing:
            return
        freed = 0
        if releasing:
            before = await UserStorageDocument.find_usage(user_id, session)
            freed = before.held_by(releasing) if before else 0
        after = await UserStorageDocument.add(user_id, growth, session, releasing=releasing)
        if after is None:
            # Counted in this transaction, and so with what it changes.
            counted = await self.count(user_id, session)
            await UserStorageDocument.insert_usage(user_id, counted, session)
            after = StoredUsage(counted, (), 1)
        self._check(growth, freed, after)

    def check_stored(self, stored: StoredUsage | None, growth: Usage, *, releasing: Collection[ObjectId] = ()) -> None:
        """UserStorageFull and TooManyStoredFiles where a growth would pass a limit as things stand; with `releasing` as
        `add` has it. Only `add` is sure, this is for what should not even be begun.
        """
        if stored is not None:
            left = tuple(held for held in stored.reservations if held.id not in releasing)
            after = replace(stored, usage=stored.usage + growth, reservations=left)
            self._check(growth, stored.held_by(releasing), after)

    async def reserve(
        self, user_id: str, project_id: ObjectId, size: int, *, lasts_s: float, reservation_id: ObjectId | None = None
    ) -> Reservation:
        """Set `size` bytes aside for something that is on its way, until `add(releasing=...)`, `release` or `lasts_s`.

        Under the id of a reservation that is open it takes the place of that one: longer, larger or smaller.
        UserStorageFull, TooManyReservations.
        """
        expires_at = utcnow() + timedelta(seconds=lasts_s)
        wanted = Reservation(reservation_id or ObjectId(), project_id, size, expires_at)
        limits = self._limits
        while not await UserStorageDocument.reserve(user_id, wanted, limits.max_bytes, limits.max_reservations):
            stored = await UserStorageDocument.find_usage(user_id)
            if stored is None:
                await self._begin(user_id)
                continue
            others = [held for held in stored.reservations if held.id != wanted.id]
            if len(others) >= limits.max_reservations:
                raise TooManyReservations(
                    f"At most {limits.max_reservations} archives and uploads of a user may be on their way at a time.",
                    details={"resource": "reservations", "limit": limits.max_reservations, "used": len(others)},
                )
            used = stored.usage.file_bytes + stored.usage.archive_bytes + sum(held.size for held in others)
            if used + size > limits.max_bytes:
                raise self._full(used, size)
        return wanted

    async def release(self, user_id: str, reservation_id: ObjectId) -> None:
        """Give a reservation back. Safe to repeat."""
        await UserStorageDocument.release(user_id, reservation_id)

    async def release_project(self, user_id: str, project_id: ObjectId) -> None:
        """Give back what is set aside for a project that is being deleted. Safe to repeat."""
        await UserStorageDocument.release_project(user_id, project_id)

    async def stored(self, user_id: str) -> StoredUsage:
        """A user's usage, counted from what is there where it never was."""
        stored = await UserStorageDocument.find_usage(user_id)
        return stored or StoredUsage(await self.count(user_id), (), 0)

    async def of_user(self, user_id: str) -> Quota:
        """What the user uses, and may."""
        stored = await self.stored(user_id)
        usage, limits = stored.usage, self._limits
        used = usage.file_bytes + usage.archive_bytes
        return Quota(used, limits.max_bytes, usage.file_count, limits.max_files, stored.reserved_bytes)

    async def count(self, user_id: str, session: AsyncClientSession | None = None) -> Usage:
        """The user's usage, counted anew."""
        counted = Usage()
        for source in self._sources:
            counted += await source.usage_of(user_id, session)
        return counted

    async def recount(self, user_id: str, *, store: bool) -> tuple[Usage, Usage]:
        """What was stored and what there is, at one moment; with `store` that is stored. StorageUnavailable where the
        user's files change all the time.
        """
        for _ in range(_RECOUNTS):
            stored = await UserStorageDocument.find_usage(user_id)
            if stored is None:
                await self._begin(user_id)
                continue
            counted = await self.count(user_id)
            # Where nobody changed anything since the first reading, the count is of one moment.
            if await UserStorageDocument.correct(user_id, counted if store else stored.usage, stored.changes):
                return stored.usage, counted
        raise StorageUnavailable(f"The files of the user {user_id} change all the time.")

    async def _begin(self, user_id: str) -> None:
        try:
            await UserStorageDocument.insert_usage(user_id, await self.count(user_id), None)
        except DuplicateKeyError:
            return

    def _check(self, growth: Usage, freed: int, after: StoredUsage) -> None:
        limits = self._limits
        before_files = after.usage.file_count - growth.file_count
        if after.usage.file_count > max(limits.max_files, before_files):
            raise TooManyStoredFiles(
                f"A user's projects have at most {limits.max_files:,} files together; "
                f"they would have {after.usage.file_count:,}.",
                details={"resource": "userFiles", "limit": limits.max_files, "used": before_files},
            )
        grown = growth.file_bytes + growth.archive_bytes - freed
        before_bytes = after.total_bytes - grown
        if after.total_bytes > max(limits.max_bytes, before_bytes):
            raise self._full(before_bytes, grown)

    def _full(self, used: int, growth: int) -> UserStorageFull:
        limit = self._limits.max_bytes
        return UserStorageFull(
            f"A user's files and archives have at most {limit:,} bytes together; they would have {used + growth:,}.",
            details={"resource": "userBytes", "limit": limit, "used": used},
        )
