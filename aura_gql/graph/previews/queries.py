"""Looking previews up."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Context, Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.previews.types import PreviewUrl


@strawberry.type
class PreviewQueries:
    """The previews room's part of the root."""

    @strawberry.field(
        description=(
            "The addresses of one of your sandboxes that have not expired, revoked ones too, the newest first; of more "
            "than 100 the newest."
        ),
        permission_classes=[SignedIn],
    )
    async def preview_urls(
        self,
        info: Info,
        sandbox_id: Annotated[strawberry.ID, strawberry.argument(description="The sandbox; it may have ended.")],
    ) -> list[PreviewUrl]:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox = object_id(sandbox_id, "Sandbox", ("sandboxId",))
        found = await info.context.services.previews.list_for_sandbox(viewer.id, sandbox)
        return [PreviewUrl.from_record(record) for record in found]


async def fetch_preview_urls(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, PreviewUrl]:
    """The viewer's previews among `ids`, for `node`."""
    records = await context.services.previews.get_many(context.require_viewer().id, ids)
    return {id: PreviewUrl.from_record(record) for id, record in records.items()}
