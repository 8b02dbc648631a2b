"""What the files of a user's projects come to."""

from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.usage.documents import sum_totals
from aura_gql.projects.documents import ProjectDocument
from aura_gql.storage.quotas.records import Usage


class FileUsage:
    """The `UsageSource` of the files: the totals of the user's projects, those that are being deleted included."""

    async def usage_of(self, user_id: str, session: AsyncClientSession | None = None) -> Usage:
        """As the port promises, in two queries."""
        totals = await sum_totals(await ProjectDocument.find_all_of(user_id, session), session)
        return Usage(totals.file_count, totals.total_bytes)
