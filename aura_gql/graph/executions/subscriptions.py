"""Watching executions."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.executions.types import ExecutionEvent, execution_event
from aura_gql.graph.nodes import object_id
from aura_gql.graph.permissions import SignedIn


@strawberry.type
class ExecutionSubscriptions:
    """The executions room's part of the root."""

    @strawberry.subscription(
        description=(
            "The output of an execution: what is there already, then what comes, without a gap or a repetition, then "
            "exactly one `ExecutionFinished`. After a lost connection subscribe again with `after`."
        ),
        permission_classes=[SignedIn],
    )
    async def execution_output(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of an execution.")],
        after: Annotated[
            int, strawberry.argument(description="The number of the last chunk that you have; 0 for none.")
        ] = 0,
    ) -> AsyncIterator[ExecutionEvent]:
        """Authorise, follow the ledger, convert."""
        viewer = info.context.require_viewer()
        events = info.context.services.executions.output(viewer.id, object_id(id, "Execution"), after)
        async with aclosing(events):
            async for event in events:
                yield execution_event(event)
