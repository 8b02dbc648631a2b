"""Following one project: its present state, then every change."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from bson import ObjectId

from aura_gql.infra.ports import EventBus
from aura_gql.kernel.background import undisturbed
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.events import from_bus, topic_of
from aura_gql.projects.records import ProjectEventRecord, ProjectStatus


async def follow(bus: EventBus, viewer_id: str, project_id: ObjectId) -> AsyncGenerator[ProjectEventRecord, None]:
    """The latest change of the viewer's project, then each later one once and in order; ends behind its deletion.

    The bus only has to tell that something happened: what it lost is read from the events that the document keeps.
    ProjectNotFound where the viewer has no such project, or has it no more.
    """
    async with bus.subscribe(topic_of(project_id)) as published:
        last = await undisturbed(ProjectDocument.latest_event(viewer_id, project_id))
        if last is None:
            raise ProjectNotFound("There is no project with this id.")
        yield last
        async for heard in published:
            event = None if heard is None else from_bus(heard)
            if event is not None and event.sequence <= last.sequence:
                continue
            in_order = event is not None and event.sequence == last.sequence + 1
            for missed in [event] if event is not None and in_order else await _behind(viewer_id, last):
                yield missed
                last = missed
            if last.status is ProjectStatus.DELETING:
                return


async def _behind(viewer_id: str, last: ProjectEventRecord) -> list[ProjectEventRecord]:
    kept = await undisturbed(ProjectDocument.events_after(last.project_id, last.sequence, viewer_id))
    if kept is not None:
        return kept
    if await ProjectDocument.find_record(last.project_id) is not None:
        raise ProjectNotFound("There is no project with this id.")
    return [replace(last, sequence=last.sequence + 1, status=ProjectStatus.DELETING, message="The project is deleted.")]
