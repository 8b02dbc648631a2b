"""Watching sandboxes."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.sandboxes.metrics import SandboxMetrics
from aura_gql.graph.sandboxes.types import SandboxStatusEvent


@strawberry.type
class SandboxSubscriptions:
    """The sandboxes room's part of the root."""

    @strawberry.subscription(
        description="The present state of a sandbox, then each change; ends after STOPPED or ERROR.",
        permission_classes=[SignedIn],
    )
    async def sandbox_status(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of a sandbox.")],
    ) -> AsyncIterator[SandboxStatusEvent]:
        """Authorise, follow, convert."""
        viewer = info.context.require_viewer()
        changes = info.context.services.sandboxes.status_changes(viewer.id, object_id(id, "Sandbox"))
        async with aclosing(changes):
            async for change in changes:
                yield SandboxStatusEvent.from_record(change)

    @strawberry.subscription(
        description=(
            "What a sandbox uses, about every second or as often as you say, for as long as it lives: nothing while it "
            "starts, and the end once it is being stopped. Who reads slowly gets the newest figures."
        ),
        permission_classes=[SignedIn],
    )
    async def sandbox_metrics(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of a sandbox.")],
        every_s: Annotated[
            int, strawberry.argument(description="Seconds between two events, 1 to 60; slower looks are told later.")
        ] = 1,
    ) -> AsyncIterator[SandboxMetrics]:
        """Authorise, follow, convert."""
        viewer = info.context.require_viewer()
        meter = info.context.services.sandboxes.meter
        async with aclosing(meter.follow(viewer.id, object_id(id, "Sandbox"), every_s)) as uses:
            async for use in uses:
                yield SandboxMetrics.from_record(use)
