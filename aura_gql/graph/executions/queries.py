"""Looking executions up."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from bson import ObjectId

from aura_gql.executions.errors import ExecutionNotFound
from aura_gql.graph.context import Context, Info
from aura_gql.graph.executions.types import Execution
from aura_gql.graph.nodes import object_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.permissions import SignedIn


@strawberry.type
class ExecutionQueries:
    """The executions room's part of the root."""

    @strawberry.field(
        description="The execution that has this id; null where there is none.", permission_classes=[SignedIn]
    )
    async def execution(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of an execution.")],
    ) -> Execution | None:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        try:
            record = await info.context.services.executions.get(viewer.id, object_id(id, "Execution"))
        except ExecutionNotFound:
            return None
        return Execution.from_record(record)

    @strawberry.field(
        description="The executions in one of your sandboxes, the newest first.", permission_classes=[SignedIn]
    )
    async def executions(
        self,
        info: Info,
        sandbox_id: Annotated[strawberry.ID, strawberry.argument(description="The sandbox; it may have ended.")],
        first: First = None,
        after: After = None,
    ) -> Connection[Execution]:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox = object_id(sandbox_id, "Sandbox", ("sandboxId",))
        page = await info.context.services.executions.list_for_sandbox(viewer.id, sandbox, page_request(first, after))
        return Connection.of(page, Execution.from_record)


async def fetch_executions(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, Execution]:
    """The viewer's executions among `ids`, for `node`."""
    records = await context.services.executions.get_many(context.require_viewer().id, ids)
    return {id: Execution.from_record(record) for id, record in records.items()}
