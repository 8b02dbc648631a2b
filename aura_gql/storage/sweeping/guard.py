"""Keeping the sweeper from blobs that somebody is about to name."""

import asyncio
from collections.abc import Collection
from time import monotonic

from aura_gql.storage.ports import BlobKey
from aura_gql.storage.sweeping.documents import CondemnedBlobDocument
from aura_gql.storage.sweeping.errors import BlobBeingRemoved, ClaimLapsed
from aura_gql.storage.sweeping.records import PROMISE_S, Sentence

_AT_ONCE = 1_000
_POLL_S = 0.02
# What is left of a claim has to suffice for a transaction, which ends within seconds.
_RENEWED_AFTER_S = PROMISE_S / 2
_LAPSES_AFTER_S = PROMISE_S - 60


class BlobGuard:
    """Whoever is going to name blobs claims them first, then puts them where they lack, and then names them.

    A removal goes condemn, wait longer than a claim promises, doom, ask all rooms, delete, forget; each of the first
    and the third is one write to the blob's document in `condemned_blobs`, and a claim looks at that document:

    - It is not there. Should the blob be condemned behind that look, then it is doomed only after the claim's time,
      and who claimed it has named it by then: the question finds that, and the blob stays.
    - It is condemned. The claim deletes the document unless it was doomed meanwhile, which MongoDB decides one way or
      the other; deleted, it can't be doomed, and may at most be condemned anew, as above.
    - It is doomed. The claim waits until the document is forgotten, which comes behind the deletion, and so the put
      that follows finds the blob gone and keeps it again.

    So no order of these steps removes a blob that is named in the end. The sweeper that dooms and dies leaves
    documents that keep claims out until another takes over, long after the last of its deletions can have arrived.
    """

    def __init__(self, patience_s: float = 10.0) -> None:
        """Claims wait for so long for a removal to end."""
        self._patience_s = patience_s

    async def claim(self, keys: Collection[BlobKey]) -> "BlobClaim":
        """Have these blobs stay for PROMISE_S seconds from now if they are there; BlobBeingRemoved where that can't be.

        One query by id for a thousand of them, and a write only for those that are on their way out.
        """
        claim = BlobClaim(self, frozenset(keys), monotonic())
        await self.rescue(claim.keys)
        return claim

    def claimed(self, keys: Collection[BlobKey], looked_at_s: float) -> "BlobClaim":
        """What `claim` gives to who has looked for itself, not before `looked_at_s` of the monotonic clock, and found
        none of these blobs on its way out.
        """
        return BlobClaim(self, frozenset(keys), looked_at_s)

    async def rescue(self, keys: Collection[BlobKey]) -> None:
        """What `claim` does, at its time."""
        listed = list(keys)
        for start in range(0, len(listed), _AT_ONCE):
            await self._rescue(listed[start : start + _AT_ONCE])

    async def _rescue(self, keys: list[BlobKey]) -> None:
        deadline = monotonic() + self._patience_s
        while states := await CondemnedBlobDocument.find_states(keys):
            if Sentence.CONDEMNED in states:
                await CondemnedBlobDocument.rescue(keys)
            elif monotonic() > deadline:
                raise BlobBeingRemoved("The same bytes are just being removed from the store. Try again in a while.")
            else:
                await asyncio.sleep(_POLL_S)


class BlobClaim:
    """The promise that some blobs stay, as long as it is held on to."""

    def __init__(self, guard: BlobGuard, keys: frozenset[BlobKey], claimed_at_s: float) -> None:
        self._guard = guard
        self._claimed_at_s = claimed_at_s
        self.keys = keys
        """The blobs."""

    async def hold(self) -> None:
        """Have the promise last for minutes from here: between two long steps, and right before the transaction that
        names the blobs. Asks the database only where much of it is over; ClaimLapsed where all of it is.
        """
        age_s = monotonic() - self._claimed_at_s
        if age_s < _RENEWED_AFTER_S:
            return
        if age_s > _LAPSES_AFTER_S:
            raise ClaimLapsed("Keeping the bytes took too long. Try again.")
        renewed_at_s = monotonic()
        await self._guard.rescue(self.keys)
        self._claimed_at_s = renewed_at_s
