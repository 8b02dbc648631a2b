"""Watching archives."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import strawberry

from aura_gql.graph.archives.types import ProjectArchive
from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.permissions import SignedIn


@strawberry.type
class ArchiveSubscriptions:
    """The archives' part of the root."""

    @strawberry.subscription(
        description=(
            "An archive as it is now, then each time that its status changed. Ends behind COMPLETED and FAILED, and "
            "with an error where the archive is deleted meanwhile."
        ),
        permission_classes=[SignedIn],
    )
    async def project_archive_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of an archive.")],
    ) -> AsyncIterator[ProjectArchive]:
        """Authorise, follow, convert."""
        viewer = info.context.require_viewer()
        changes = info.context.services.archives.follow(viewer.id, object_id(id, "ProjectArchive"))
        async with aclosing(changes):
            async for record in changes:
                yield ProjectArchive.from_record(record)
