"""The documents against the blobs, the blobs against the documents, and counters against counts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from aura_gql.kernel.clock import utcnow
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound
from aura_gql.storage.ports import BlobInfo, BlobKey, BlobStore
from aura_gql.storage.sweeping.documents import CondemnedBlobDocument
from aura_gql.storage.sweeping.ports import BlobReferences
from aura_gql.storage.sweeping.records import NamedBlob
from aura_gql.storage.sweeping.sweeper import BlobSweeper
from aura_gql.storage.verifying.documents import LostBlobDocument
from aura_gql.storage.verifying.ports import Counters
from aura_gql.storage.verifying.records import Problem, Tally, Trouble

_LOOKED_AT_ONCE = 16
_LISTED_AT_ONCE = 1_000
_REMEMBERED = 20_000
_VERIFIED = "Nothing named it when the store was verified."


class StorageVerification:
    """One comparison, beside servers that go on working. It reads with a bounded memory and, unless told to repair,
    changes nothing. StorageUnavailable where the store does not answer.
    """

    def __init__(
        self,
        store: BlobStore,
        rooms: Sequence[BlobReferences],
        counters: Sequence[tuple[Trouble, Counters]],
        sweeper: BlobSweeper,
        *,
        repair: bool = False,
        deep: bool = False,
    ) -> None:
        """`deep` reads every blob that is named, and checks its digest. `repair` corrects counters, condemns what
        nothing names (the sweeper removes it later) and marks what is lost, but deletes nothing.
        """
        self._store = store
        self._rooms = tuple(rooms)
        self._counters = tuple(counters)
        self._sweeper = sweeper
        self._repair = repair
        self._deep = deep
        self._known_good: set[BlobKey] = set()
        self.tally = Tally()
        """What was looked at so far."""

    async def problems(self) -> AsyncIterator[Problem]:
        """Everything that is wrong, as it is found."""
        for part in (self._names(), self._blobs(), self._counts()):
            async for problem in part:
                self.tally.add(problem)
                yield problem
        if self._repair:
            await self._forgive()

    async def _names(self) -> AsyncIterator[Problem]:
        for room in self._rooms:
            batch: list[NamedBlob] = []
            async for blob in room.walk():
                self.tally.named += 1
                if blob.key not in self._known_good:
                    batch.append(blob)
                if len(batch) == _LOOKED_AT_ONCE:
                    for problem in await self._look_at(batch):
                        yield problem
                    batch = []
            for problem in await self._look_at(batch):
                yield problem

    async def _look_at(self, blobs: Sequence[NamedBlob]) -> list[Problem]:
        troubles = await asyncio.gather(*(self._trouble_of(blob) for blob in blobs))
        if len(self._known_good) > _REMEMBERED:
            self._known_good.clear()
        # Blobs that many projects name, as those of templates, are looked at once.
        self._known_good.update(blob.key for blob, trouble in zip(blobs, troubles, strict=True) if trouble is None)
        return [await self._lost(blob, trouble) for blob, trouble in zip(blobs, troubles, strict=True) if trouble]

    async def _trouble_of(self, blob: NamedBlob) -> Trouble | None:
        trouble = await self._trouble_now(blob)
        if trouble is None or not await self._is_named(blob.key):
            return None  # It was in order, or what named it has gone meanwhile.
        return await self._trouble_now(blob)

    async def _trouble_now(self, blob: NamedBlob) -> Trouble | None:
        try:
            info = await self._store.stat(blob.key)
            if info.size != blob.size:
                return Trouble.WRONG_SIZE
            if self._deep:
                async for _ in self._store.read(blob.key):
                    pass
        except BlobNotFound:
            return Trouble.MISSING
        except BlobCorrupted:
            return Trouble.DAMAGED
        return None

    async def _lost(self, blob: NamedBlob, trouble: Trouble) -> Problem:
        if self._repair:
            await LostBlobDocument.mark(blob, trouble)
        where = f"{blob.key.scope}/{blob.key.sha256}"
        return Problem(trouble, where, f"{blob.named_by} names it, with {blob.size:,} bytes", self._repair)

    async def _is_named(self, key: BlobKey) -> bool:
        return any([key.sha256 in await room.named(key.scope, [key.sha256]) for room in self._rooms])

    async def _blobs(self) -> AsyncIterator[Problem]:
        oldest = utcnow() - timedelta(seconds=self._sweeper.limits.grace_s)
        async for scope in self._sweeper.scopes():
            batch: list[BlobInfo] = []
            async for blob in self._store.list(scope):
                self.tally.stored += 1
                self.tally.stored_bytes += blob.size
                if blob.modified_at < oldest:
                    batch.append(blob)
                if len(batch) == _LISTED_AT_ONCE:
                    for problem in await self._orphans(batch):
                        yield problem
                    batch = []
            for problem in await self._orphans(batch):
                yield problem

    async def _orphans(self, blobs: Sequence[BlobInfo]) -> list[Problem]:
        if not blobs:
            return []
        unnamed = await self._sweeper.unnamed(blobs)
        waiting = await CondemnedBlobDocument.find_keys([blob.key for blob in unnamed])
        self.tally.waiting += len(waiting)
        orphans = [blob for blob in unnamed if blob.key not in waiting]
        if self._repair and orphans:
            await CondemnedBlobDocument.condemn(orphans, _VERIFIED)
        return [
            Problem(
                Trouble.ORPHAN,
                f"{blob.key.scope}/{blob.key.sha256}",
                f"nothing names its {blob.size:,} bytes of {blob.modified_at:%Y-%m-%d}",
                self._repair,
            )
            for blob in orphans
        ]

    async def _counts(self) -> AsyncIterator[Problem]:
        for trouble, counters in self._counters:
            async for miscount in counters.verify(repair=self._repair):
                if trouble is Trouble.MISCOUNTED_USER:
                    self.tally.users += 1
                else:
                    self.tally.projects += 1
                if miscount is not None:
                    yield Problem(trouble, miscount.subject, miscount.detail, self._repair)

    async def _forgive(self) -> None:
        """Take the mark off what is there again, or is named no more."""
        async for blob, trouble in LostBlobDocument.walk():
            is_told = self._deep or trouble is not Trouble.DAMAGED  # Only by reading it.
            if is_told and await self._trouble_of(blob) is None:
                await LostBlobDocument.unmark(blob.key)
                self.tally.found_again += 1
