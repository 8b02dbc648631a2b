"""Turning a new project into a ready one, in the background."""

import logging
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.mongo import is_database_unavailable
from aura_gql.infra.ports import EventBus, JobQueue
from aura_gql.kernel.errors import DomainError, ErrorCode
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.jobs import INITIALISE_PROJECT, parse_initialisation_key
from aura_gql.projects.matching import begun_match
from aura_gql.projects.popularity.documents import TO_COUNT
from aura_gql.projects.popularity.service import ProjectPopularity
from aura_gql.projects.ports import ProjectFiles, SandboxStarter
from aura_gql.projects.records import InitialisationStep, ProjectEventRecord, ProjectRecord, ProjectStatus
from aura_gql.projects.starter import Starter
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
    whichever lives longest finishes. The files come in one transaction with the step that they end.
    """

    def __init__(
        self, templates: TemplateService, files: ProjectFiles, sandboxes: SandboxStarter, bus: EventBus
    ) -> None:
        self._templates = templates
        self._files = files
        self._sandboxes = sandboxes
        self._transitions = ProjectTransitions(bus)
        self._popularity = ProjectPopularity(templates)

    def register(self, jobs: JobQueue) -> None:
        """Take up this work from the queue."""
        jobs.register(INITIALISE_PROJECT, self.run, self.give_up)

    async def run(self, key: str) -> None:
        """Bring one attempt to READY or to ERROR. Raises only where the database can't be reached: then run again."""
        project_id, attempt = parse_initialisation_key(key)
        found = await ProjectDocument.find_latest(project_id)
        if found is None:
            return
        first, event = found
        # Once more: the run before may have died between storing and publishing it.
        await self._transitions.publish(event)
        starter = Starter(self._templates, first.template_id, first.template_revision, first.configuration)
        project = _if_unfinished(first, attempt)
        while project is not None:
            project = _if_unfinished(await self._go_on(project, starter), attempt)
        await self._popularity.count()

    async def give_up(self, key: str, _reason: str) -> None:
        """End an attempt that the queue ran as often as it does in ERROR, so that its owner can try again."""
        project_id, attempt = parse_initialisation_key(key)
        if project := _if_unfinished(await ProjectDocument.find_record(project_id), attempt):
            await self._fail(project, ErrorCode.INTERNAL, "something went wrong in the server.")

    async def _go_on(self, project: ProjectRecord, starter: Starter) -> ProjectRecord | None:
        """The project after its step, or as it stands where another run was faster; None where it is gone."""
        try:
            changed = await self._take_step(project, starter)
        except DomainError as error:
            _log.warning("Initialising project %s failed while %s: %s", project.id, project.step, error.message)
            changed = await self._fail(project, error.code, error.message)
        except Exception as error:
            if is_database_unavailable(error):
                raise
            _log.exception("Initialising project %s failed while %s", project.id, project.step)
            changed = await self._fail(project, ErrorCode.INTERNAL, "something went wrong in the server.")
        return changed or await ProjectDocument.find_record(project.id)

    async def _take_step(self, project: ProjectRecord, starter: Starter) -> ProjectRecord | None:
        match project.step:
            case InitialisationStep.COPYING_FILES:
                await starter.manifest()
            case InitialisationStep.CONFIGURING:
                await starter.files()
            case InitialisationStep.STORING_FILES:
                return await self._store_files(project, starter)
            case InitialisationStep.STARTING_SANDBOX if project.auto_start_sandbox:
                await self._sandboxes.start_for_project(project.user_id, project.id, project.sandbox_provider)
        return await self._transitions.change(begun_match(project), *_end_of(project))

    async def _store_files(self, project: ProjectRecord, starter: Starter) -> ProjectRecord | None:
        """Store the files and end the step, both or neither."""
        files, manifest = await starter.files(), await starter.manifest()
        start_command = await starter.start_command()
        values, message = _end_of(project)
        changed: list[tuple[ProjectRecord, ProjectEventRecord]] = []

        async def advance(session: AsyncClientSession) -> int:
            both = {**values, "template_revision": manifest.revision, "start_command": start_command}
            result = await self._transitions.change_with_files(begun_match(project), both, message, session)
            if result is None:
                raise await self._overtaken(project, session)
            changed[:] = [result]
            return result[0].revision

        try:
            is_stored = await self._files.import_files(project.id, files, project.user_id, advance)
        except _Overtaken:
            return None
        if not is_stored:  # By a server that still ended the step in a write of its own.
            return await self._transitions.change(begun_match(project), values, message)
        [(record, event)] = changed
        await self._transitions.publish(event)
        return record

    async def _overtaken(self, project: ProjectRecord, session: AsyncClientSession) -> Exception:
        if await ProjectDocument.is_there(project.id, session):
            return _Overtaken()
        return ProjectNotFound("The project is being deleted.")

    async def _fail(self, project: ProjectRecord, code: ErrorCode, reason: str) -> ProjectRecord | None:
        message = f"{_DOING[project.step]} failed: {reason}"
        values = {"status": ProjectStatus.ERROR.value, "error_code": code.value, "error_message": message}
        return await self._transitions.change(begun_match(project), values, message)


class _Overtaken(Exception):
    """Another run has ended the step; undoes the transaction that found it."""


def _if_unfinished(project: ProjectRecord | None, attempt: int) -> ProjectRecord | None:
    if project is None or project.status is not ProjectStatus.INITIALIZING or project.attempt != attempt:
        return None
    return project


def _end_of(project: ProjectRecord) -> tuple[dict[str, Any], str]:
    """What ends the step that the project is in, and says so."""
    step = _NEXT[project.step]
    if step is InitialisationStep.STARTING_SANDBOX and not project.auto_start_sandbox:
        step = InitialisationStep.DONE
    values: dict[str, Any] = {"step": step.value}
    if step is InitialisationStep.DONE:
        values |= {"status": ProjectStatus.READY.value, **TO_COUNT}
    return values, f"{_DOING[step]}."
