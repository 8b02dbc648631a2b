"""What the quotas ask of the rooms that store things of users."""

from typing import Protocol

from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.storage.quotas.records import Usage


class UsageSource(Protocol):
    """A room whose documents take room of a user."""

    async def usage_of(self, user_id: str, session: AsyncClientSession | None = None) -> Usage:
        """What there is of the user in this room, counted anew from its documents; in the transaction of `session`."""
        ...
