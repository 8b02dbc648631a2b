"""The one way in which projects change: compare, set, number, publish."""

from collections.abc import Mapping
from typing import Any

from aura_gql.infra.ports import EventBus
from aura_gql.projects.documents import Match, ProjectDocument
from aura_gql.projects.events import to_bus, topic_of
from aura_gql.projects.records import ProjectRecord


class ProjectTransitions:
    """Changes projects and tells the bus."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    async def change(
        self, match: Match, values: Mapping[str, Any], message: str, *, new_attempt: bool = False
    ) -> ProjectRecord | None:
        """The project as it is with `values`, its event published; None where no project matches any more."""
        changed = await ProjectDocument.change(match, values, message, new_attempt=new_attempt)
        if changed is None:
            return None
        record, event = changed
        await self._bus.publish(topic_of(record.id), to_bus(event))
        return record
