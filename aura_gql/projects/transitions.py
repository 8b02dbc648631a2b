"""The one way in which projects change: compare, set, number, publish."""

from collections.abc import Mapping
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.ports import EventBus
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.events import to_bus, topic_of
from aura_gql.projects.matching import Match
from aura_gql.projects.records import ProjectEventRecord, ProjectRecord


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
        await self.publish(event)
        return record

    async def change_with_files(
        self, match: Match, values: Mapping[str, Any], message: str, session: AsyncClientSession
    ) -> tuple[ProjectRecord, ProjectEventRecord] | None:
        """As `change`, inside a transaction that changes the project's files, which counts as its next revision; the
        event is the caller's to publish behind it.
        """
        return await ProjectDocument.change(match, values, message, new_revision=True, session=session)

    async def publish(self, event: ProjectEventRecord) -> None:
        """Tell the bus."""
        await self._bus.publish(topic_of(event.project_id), to_bus(event))
