"""Watching terminals."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.terminals.types import TerminalEvent, terminal_event


@strawberry.type
class TerminalSubscriptions:
    """The terminals room's part of the root."""

    @strawberry.subscription(
        description=(
            "What a terminal shows: what is kept of it, then what comes, each chunk once and in order, then exactly "
            "one `TerminalClosed`. A `TerminalGap` stands for what is no longer kept, or came faster than it was read. "
            "After a lost connection subscribe again with `after`."
        ),
        permission_classes=[SignedIn],
    )
    async def terminal_output(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of a terminal.")],
        after: Annotated[
            int, strawberry.argument(description="The number of the last chunk that you have; 0 for none.")
        ] = 0,
    ) -> AsyncIterator[TerminalEvent]:
        """Authorise, follow, convert."""
        viewer = info.context.require_viewer()
        events = info.context.services.terminals.output(viewer.id, object_id(id, "Terminal"), after)
        async with aclosing(events):
            async for event in events:
                yield terminal_event(event)
