"""Looking sandboxes up."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Context, Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.sandboxes.inputs import SandboxFilterInput
from aura_gql.graph.sandboxes.providers import SandboxProvider
from aura_gql.graph.sandboxes.types import Sandbox
from aura_gql.sandboxes.errors import SandboxNotFound
from aura_gql.sandboxes.records import SandboxFilter


@strawberry.type
class SandboxQueries:
    """The sandboxes room's part of the root."""

    @strawberry.field(
        description="The sandbox that has this id; null where there is none.", permission_classes=[SignedIn]
    )
    async def sandbox(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of a sandbox.")],
    ) -> Sandbox | None:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        try:
            record = await info.context.services.sandboxes.get(viewer.id, object_id(id, "Sandbox"))
        except SandboxNotFound:
            return None
        return Sandbox.from_record(record)

    @strawberry.field(description="Your sandboxes, the newest first.", permission_classes=[SignedIn])
    async def sandboxes(
        self,
        info: Info,
        filter: Annotated[
            SandboxFilterInput | None, strawberry.argument(description="Which of them; all where left out.")
        ] = None,
        first: First = None,
        after: After = None,
    ) -> Connection[Sandbox]:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        wanted = filter.to_record() if filter else SandboxFilter()
        page = await info.context.services.sandboxes.list(viewer.id, wanted, page_request(first, after))
        return Connection.of(page, Sandbox.from_record)

    @strawberry.field(
        description="The providers of sandboxes, and whether this server can use them now.",
        permission_classes=[SignedIn],
    )
    async def sandbox_providers(self, info: Info) -> list[SandboxProvider]:
        """Call, convert."""
        return [SandboxProvider.from_record(record) for record in await info.context.services.sandboxes.providers()]


async def fetch_sandboxes(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, Sandbox]:
    """The viewer's sandboxes among `ids`, for `node`."""
    records = await context.services.sandboxes.get_many(context.require_viewer().id, ids)
    return {id: Sandbox.from_record(record) for id, record in records.items()}
