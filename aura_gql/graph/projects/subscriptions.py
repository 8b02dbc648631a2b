"""Watching projects."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.projects.types import ProjectEvent


@strawberry.type
class ProjectSubscriptions:
    """The projects room's part of the root."""

    @strawberry.subscription(
        description=(
            "The latest change of a project, then each later one: the steps of its initialisation, READY or ERROR, "
            "edits of its name. Stays open until the project is deleted."
        ),
        permission_classes=[SignedIn],
    )
    async def project_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of a project.")],
    ) -> AsyncIterator[ProjectEvent]:
        """Authorise, follow, convert."""
        viewer = info.context.require_viewer()
        changes = info.context.services.projects.changes(viewer.id, object_id(id, "Project"))
        async with aclosing(changes):
            async for change in changes:
                yield ProjectEvent.from_record(change)
