"""Looking terminals up."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Context, Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.terminals.types import Terminal
from aura_gql.terminals.errors import TerminalNotFound


@strawberry.type
class TerminalQueries:
    """The terminals room's part of the root."""

    @strawberry.field(
        description="The terminal that has this id; null where there is none.", permission_classes=[SignedIn]
    )
    async def terminal(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of a terminal.")],
    ) -> Terminal | None:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        try:
            record = await info.context.services.terminals.get(viewer.id, object_id(id, "Terminal"))
        except TerminalNotFound:
            return None
        return Terminal.from_record(record)

    @strawberry.field(
        description="The terminals in one of your sandboxes, the newest first; closed ones for a week.",
        permission_classes=[SignedIn],
    )
    async def terminals(
        self,
        info: Info,
        sandbox_id: Annotated[strawberry.ID, strawberry.argument(description="The sandbox; it may have ended.")],
        first: First = None,
        after: After = None,
    ) -> Connection[Terminal]:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox = object_id(sandbox_id, "Sandbox", ("sandboxId",))
        page = await info.context.services.terminals.list_for_sandbox(viewer.id, sandbox, page_request(first, after))
        return Connection.of(page, Terminal.from_record)


async def fetch_terminals(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, Terminal]:
    """The viewer's terminals among `ids`, for `node`."""
    records = await context.services.terminals.get_many(context.require_viewer().id, ids)
    return {id: Terminal.from_record(record) for id, record in records.items()}
