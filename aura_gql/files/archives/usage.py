"""What a user's archives come to, for the quotas, and which blobs they name, for the sweeper."""

from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.storage.quotas.records import Usage


class ArchiveUsage:
    """The `UsageSource` of the archives: the bytes of those that are COMPLETED."""

    async def usage_of(self, user_id: str, session: AsyncClientSession | None = None) -> Usage:
        """As the port promises, in one query."""
        return Usage(archive_bytes=await ProjectArchiveDocument.sum_of(user_id, session))
