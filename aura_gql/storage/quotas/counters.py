"""The usage that is stored of users, against what there is."""

from collections.abc import AsyncIterator

from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.verifying.records import Miscount


class UserCounters:
    """The `Counters` of users."""

    def __init__(self, quotas: StorageQuotas) -> None:
        self._quotas = quotas

    async def verify(self, *, repair: bool) -> AsyncIterator[Miscount | None]:
        """As the port promises, a user at a time."""
        async for user_id, stored in UserStorageDocument.walk():
            if stored.usage == await self._quotas.count(user_id):
                yield None
                continue
            wrong, right = await self._quotas.recount(user_id, store=repair)
            yield Miscount(f"user {user_id}", wrong.against(right)) if wrong != right else None
