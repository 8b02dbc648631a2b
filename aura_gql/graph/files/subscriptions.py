"""Watching files."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.files.types import FileChangeBatch
from aura_gql.graph.nodes import object_id
from aura_gql.graph.permissions import SignedIn


@strawberry.type
class FileSubscriptions:
    """The files room's part of the root."""

    @strawberry.subscription(
        description=(
            "What changes in a project's files: saves, uploads and batches, and what code does in its sandboxes, each "
            "change once and in order, all of one revision in one batch. After a lost connection subscribe again with "
            "`after`. What is in `node_modules`, `.git`, `.venv`, `__pycache__` and the caches of tools is not told."
        ),
        permission_classes=[SignedIn],
    )
    async def files_changed(
        self,
        info: Info,
        project_id: Annotated[strawberry.ID, strawberry.argument(description="The project.")],
        after: Annotated[
            int | None,
            strawberry.argument(
                description="The number of the last change that you have, 0 for all kept; left out, only what comes."
            ),
        ] = None,
    ) -> AsyncIterator[FileChangeBatch]:
        """Authorise, follow, convert."""
        viewer = info.context.require_viewer()
        project = object_id(project_id, "Project", ("projectId",))
        batches = info.context.services.files.changes.follow(viewer.id, project, after)
        async with aclosing(batches):
            async for batch in batches:
                yield FileChangeBatch.from_record(batch)
