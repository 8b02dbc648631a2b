"""Syncing templates, and watching that; for administrators."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Context, Info
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import Administrator
from aura_gql.graph.templates.syncs.types import TemplateSync, TemplateSyncEvent
from aura_gql.templates.syncs.records import SyncTrigger


@strawberry.input(description="How templates are to be synced.")
class SyncTemplatesInput:
    """What `syncTemplates` takes."""

    force: bool = strawberry.field(
        default=False,
        description=(
            "Fetch the repository though its commit is known or GitHub asked for patience, and believe it even where "
            "more than half of the templates are gone."
        ),
    )


@strawberry.type(description="What `syncTemplates` did.")
class SyncTemplatesPayload(Payload):
    """The sync, or the errors."""

    sync: TemplateSync | None = strawberry.field(
        default=None, description="The sync, or the one that was under way already: there is one at a time."
    )


@strawberry.type
class TemplateSyncQueries:
    """The syncs' part of the root."""

    @strawberry.field(
        description="The sync of templates that was asked for last; null where there was none in 30 days. For "
        "administrators.",
        permission_classes=[Administrator],
    )
    async def template_sync(self, info: Info) -> TemplateSync | None:
        """Authorise, call, convert."""
        record = await info.context.services.syncs.latest()
        return None if record is None else TemplateSync.from_record(record)


@strawberry.type
class TemplateSyncMutations:
    """The syncs' part of the root."""

    @strawberry.mutation(
        description="Have the templates of the repository on GitHub fetched anew. Answers at once; `templateSync` "
        "streams how it goes. For administrators.",
        permission_classes=[Administrator],
    )
    @settled
    async def sync_templates(self, info: Info, input: Input[SyncTemplatesInput]) -> SyncTemplatesPayload:
        """Authorise, call, convert."""
        record = await info.context.services.syncs.start(SyncTrigger.ADMINISTRATOR, force=input.force)
        return SyncTemplatesPayload(sync=TemplateSync.from_record(record))


@strawberry.type
class TemplateSyncSubscriptions:
    """The syncs' part of the root."""

    @strawberry.subscription(
        description="How the latest sync of templates stands, then each later state of it and of those behind it, "
        "whoever asked for them. Stays open. For administrators.",
        permission_classes=[Administrator],
    )
    async def template_sync(self, info: Info) -> AsyncIterator[TemplateSyncEvent]:
        """Authorise, follow, convert."""
        async with aclosing(info.context.services.syncs.events()) as events:
            async for record in events:
                yield TemplateSyncEvent(sync=None if record is None else TemplateSync.from_record(record))


async def fetch_template_syncs(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, TemplateSync]:
    """The syncs among `ids`, for `node`: to all but administrators there are none."""
    if context.viewer is None or not context.viewer.is_admin:
        return {}
    records = await context.services.syncs.get_many(ids)
    return {id: TemplateSync.from_record(record) for id, record in records.items()}
