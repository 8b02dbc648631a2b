"""Turning a new project into a ready one, in the background."""

import logging
from typing import Any

from bson import ObjectId

from aura_gql.infra.mongo import is_database_unavailable
from aura_gql.infra.ports import EventBus, JobQueue
from aura_gql.kernel.errors import DomainError, ErrorCode
from aura_gql.projects.documents import ProjectDocument, begun_match
from aura_gql.projects.events import to_bus, topic_of
from aura_gql.projects.jobs import INITIALISE_PROJECT, parse_initialisation_key
from aura_gql.projects.ports import NewFile, ProjectFiles, SandboxStarter
from aura_gql.projects.records import InitialisationStep, ProjectConfiguration, ProjectRecord, ProjectStatus
from aura_gql.projects.starter import starter_files
from aura_gql.projects.transitions import ProjectTransitions
from aura_gql.templates.service import TemplateService

_log = logging.getLogger(__name__)

_DOING = {
    InitialisationStep.QUEUED: "Waiting to begin",
    InitialisationStep.COPYING_FILES: "Copying the template's files",
    InitialisationStep.CONFIGURING: "Applying the configuration",
    InitialisationStep.STORING_FILES: "Storing the project's files",
    InitialisationStep.STARTING_SANDBOX: "Starting the sandbox",
    InitialisationStep.DONE: "The project is ready",
}
_NEXT = {
    InitialisationStep.QUEUED: InitialisationStep.COPYING_FILES,
    InitialisationStep.COPYING_FILES: InitialisationStep.CONFIGURING,
    InitialisationStep.CONFIGURING: InitialisationStep.STORING_FILES,
    InitialisationStep.STORING_FILES: InitialisationStep.STARTING_SANDBOX,
    InitialisationStep.STARTING_SANDBOX: InitialisationStep.DONE,
}


class ProjectInitialisation:
    """Carries projects from QUEUED to DONE, one step after another.

    Every step can be repeated, and ends in a compare-and-set on the step and the attempt it was begun for: a run that
    was overtaken changes nothing and goes on from where the project stands now. So two runs at once do no harm, and
    whichever lives longest finishes.
    """

    def __init__(
        self, templates: TemplateService, files: ProjectFiles, sandboxes: SandboxStarter, bus: EventBus
    ) -> None:
        self._templates = templates
        self._files = files
        self._sandboxes = sandboxes
        self._bus = bus
        self._transitions = ProjectTransitions(bus)

    def register(self, jobs: JobQueue) -> None:
        """Take up this work from the queue."""
        jobs.register(INITIALISE_PROJECT, self.run, self.give_up)

    async def run(self, key: str) -> None:
        """Bring one attempt to READY or to ERROR. Raises only where the database can't be reached: then run again."""
        project_id, attempt = parse_initialisation_key(key)
        await self._republish(project_id)
        while project := await self._unfinished(project_id, attempt):
            try:
                await self._take_step(project)
            except DomainError as error:
                _log.warning("Initialising project %s failed while %s: %s", project.id, project.step, error.message)
                await self._fail(project, error.code, error.message)
            except Exception as error:
                if is_database_unavailable(error):
                    raise
                _log.exception("Initialising project %s failed while %s", project.id, project.step)
                await self._fail(project, ErrorCode.INTERNAL, "something went wrong in the server.")

    async def give_up(self, key: str, _reason: str) -> None:
        """End an attempt that the queue ran as often as it does in ERROR, so that its owner can try again."""
        if project := await self._unfinished(*parse_initialisation_key(key)):
            await self._fail(project, ErrorCode.INTERNAL, "something went wrong in the server.")

    async def _unfinished(self, project_id: ObjectId, attempt: int) -> ProjectRecord | None:
        project = await ProjectDocument.find_record(project_id)
        if project is None or project.status is not ProjectStatus.INITIALIZING or project.attempt != attempt:
            return None
        return project

    async def _take_step(self, project: ProjectRecord) -> None:
        match project.step:
            case InitialisationStep.COPYING_FILES:
                await starter_files(self._templates, project.template_id, ProjectConfiguration())
            case InitialisationStep.CONFIGURING:
                await self._starter_files(project)
            case InitialisationStep.STORING_FILES:
                await self._files.import_files(project.id, await self._starter_files(project), project.user_id)
            case InitialisationStep.STARTING_SANDBOX if project.auto_start_sandbox:
                await self._sandboxes.start_for_project(project.user_id, project.id, project.sandbox_provider)
        if await self._move_on(project) and project.step is InitialisationStep.COPYING_FILES:
            await self._templates.record_use(project.template_id)

    async def _starter_files(self, project: ProjectRecord) -> list[NewFile]:
        return await starter_files(self._templates, project.template_id, project.configuration)

    async def _move_on(self, project: ProjectRecord) -> bool:
        step = _NEXT[project.step]
        if step is InitialisationStep.STARTING_SANDBOX and not project.auto_start_sandbox:
            step = InitialisationStep.DONE
        values: dict[str, Any] = {"step": step.value}
        if step is InitialisationStep.DONE:
            values["status"] = ProjectStatus.READY.value
        return await self._transitions.change(begun_match(project), values, f"{_DOING[step]}.") is not None

    async def _fail(self, project: ProjectRecord, code: ErrorCode, reason: str) -> None:
        message = f"{_DOING[project.step]} failed: {reason}"
        values = {"status": ProjectStatus.ERROR.value, "error_code": code.value, "error_message": message}
        await self._transitions.change(begun_match(project), values, message)

    async def _republish(self, project_id: ObjectId) -> None:
        """Tell the latest change again: the run before may have died between storing and publishing it."""
        for event in (await ProjectDocument.events_after(project_id, 0) or [])[-1:]:
            await self._bus.publish(topic_of(project_id), to_bus(event))
