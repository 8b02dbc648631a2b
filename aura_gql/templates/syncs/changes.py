"""Following the syncs: the present state, then every change."""

from collections.abc import AsyncGenerator

from aura_gql.infra.ports import EventBus
from aura_gql.kernel.background import undisturbed
from aura_gql.templates.syncs.documents import TemplateSyncDocument
from aura_gql.templates.syncs.records import TemplateSyncRecord
from aura_gql.templates.syncs.stored import TOPIC, from_bus


async def follow(bus: EventBus) -> AsyncGenerator[TemplateSyncRecord | None, None]:
    """The latest sync, None where there has never been one, then each later state of it and of those behind it.

    Of states that the bus lost the last alone is told. Ends when the bus closes, and never otherwise.
    """
    async with bus.subscribe(TOPIC) as published:
        last = await undisturbed(TemplateSyncDocument.find_latest())
        yield last
        async for heard in published:
            sync = await undisturbed(TemplateSyncDocument.find_latest()) if heard is None else from_bus(heard)
            if sync is not None and _is_newer(sync, last):
                yield sync
                last = sync


def _is_newer(sync: TemplateSyncRecord, last: TemplateSyncRecord | None) -> bool:
    return last is None or (sync.created_at, sync.id, sync.sequence) > (last.created_at, last.id, last.sequence)
