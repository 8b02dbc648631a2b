"""Projects: who owns them, where they stand, and what their owners do with them."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.ports import EventBus, IdempotencyKeys, JobQueue
from aura_gql.kernel.background import Periodic
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import MAX_PAGE_SIZE, Page, PageRequest
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.changes import follow
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.errors import (
    ProjectNotFound,
    ProjectNotReady,
    ProjectNotRetryable,
    ProviderNotOffered,
    TooManyProjects,
)
from aura_gql.projects.jobs import DELETE_PROJECT, INITIALISE_PROJECT, initialisation_key
from aura_gql.projects.matching import owned_match, owned_query
from aura_gql.projects.naming import clean_description, clean_name, search_pattern
from aura_gql.projects.packages import check_packages
from aura_gql.projects.paging import cursor_of, position_behind
from aura_gql.projects.records import (
    NewProject,
    ProjectEventRecord,
    ProjectFilter,
    ProjectRecord,
    ProjectStatus,
)
from aura_gql.projects.requests import creation_request
from aura_gql.projects.starter import Starter
from aura_gql.projects.template_options import TemplateOptions
from aura_gql.projects.transitions import ProjectTransitions
from aura_gql.templates.errors import TemplateNotFound
from aura_gql.templates.service import TemplateService

DEFAULT_PROJECTS_PER_USER = 200
_NO_SUCH_PROJECT = "There is no project with this id."
_WAS_DELETED = "The project of this idempotency key was deleted."


class ProjectService:
    """A user's projects. Someone else's project, and one being deleted, answers as a missing one."""

    def __init__(
        self,
        templates: TemplateService,
        keys: IdempotencyKeys,
        jobs: JobQueue,
        bus: EventBus,
        *,
        max_projects_per_user: int = DEFAULT_PROJECTS_PER_USER,
        default_provider: SandboxProviderName = SandboxProviderName.LOCAL,
        providers: Collection[SandboxProviderName] = frozenset(SandboxProviderName),
        recovery_interval_s: float = 60.0,
    ) -> None:
        self.options = TemplateOptions(templates)
        self._templates = templates
        self._keys = keys
        self._jobs = jobs
        self._bus = bus
        self._transitions = ProjectTransitions(bus)
        self._max_projects_per_user = max_projects_per_user
        self._default_provider = default_provider
        self._providers = frozenset(providers)
        self._recovery = Periodic("projects recovery", recovery_interval_s, self.recover)

    async def create(self, viewer_id: str, new: NewProject, idempotency_key: str | None) -> ProjectRecord:
        """A new project, INITIALIZING; the first one again where the key was used for the same request.

        InvalidProjectText, InvalidPackage, ProviderNotOffered, TemplateNotFound, OptionNotApplicable, TooManyProjects,
        IdempotencyMismatch.
        """
        new = replace(new, name=clean_name(new.name), description=clean_description(new.description))
        check_packages(new.configuration.additional_dependencies)
        project_id = await self._keys.claim(
            user_id=viewer_id, operation="createProject", key=idempotency_key, request=creation_request(new)
        )
        # Without a key the id is new, and nobody can have stored it.
        project = None if idempotency_key is None else await ProjectDocument.find_record(project_id)
        if project is None:
            if idempotency_key is not None and await self._jobs.is_known(DELETE_PROJECT, str(project_id)):
                raise ProjectNotFound(_WAS_DELETED, field=("idempotencyKey",))
            self._check_provider(new.sandbox_provider)
            project = await self._add(viewer_id, project_id, new, await self._check_template(new))
        elif project.status is ProjectStatus.INITIALIZING and not await self._admit(viewer_id, project_id):
            project = await self._add(viewer_id, project_id, new, project.template_revision)
        if project.status is ProjectStatus.INITIALIZING:
            await self._enqueue_initialisation(project)
        if project.status is ProjectStatus.DELETING:
            raise ProjectNotFound(_WAS_DELETED, field=("idempotencyKey",))
        return project

    def _check_provider(self, name: SandboxProviderName | None) -> None:
        if name is not None and name not in self._providers:
            offered = ", ".join(sorted(self._providers))
            raise ProviderNotOffered(
                f"This server does not offer {name}; choose one of: {offered}.", field=("sandboxProvider",)
            )

    async def _check_template(self, new: NewProject) -> str:
        """The revision that the project is made from to its end, so that what was found possible stays so."""
        try:
            manifest = await self._templates.offered(new.template_id)
            await Starter(self._templates, new.template_id, manifest.revision, new.configuration, manifest).files()
            return manifest.revision
        except TemplateNotFound as error:
            raise TemplateNotFound(error.message, field=("templateId",)) from error

    async def _add(
        self, viewer_id: str, project_id: ObjectId, new: NewProject, template_revision: str | None
    ) -> ProjectRecord:
        """Count, insert, count again: of several at once, none can pass the limit. The one that is there, if one is."""
        provider, is_admitted = new.sandbox_provider or self._default_provider, False
        # Else the same call elsewhere stored it, took it back or admitted it under our hands.
        while not is_admitted:
            try:
                await self._check_count(viewer_id, self._max_projects_per_user - 1)
            except TooManyProjects:
                if await ProjectDocument.find_record(project_id) is None:
                    raise
            await ProjectDocument.add(project_id, viewer_id, new, provider, template_revision)
            is_admitted = await self._admit(viewer_id, project_id)
        return await self.get(viewer_id, project_id)

    async def _admit(self, viewer_id: str, project_id: ObjectId) -> bool:
        """Whether the project is within the limit; False where the same call elsewhere decided that meanwhile,
        TooManyProjects where it had to go.

        Decided once, whoever asks, so that nobody is given a project which the same call elsewhere takes back.
        """
        found = await ProjectDocument.find_admission(project_id)
        if found is None:
            return False
        admission_id, is_granted = found
        if is_granted:
            return True
        try:
            await self._check_count(viewer_id, self._max_projects_per_user)
        except TooManyProjects:
            if not await ProjectDocument.take_back(project_id, admission_id):
                return False
            raise
        return await ProjectDocument.admit(project_id, admission_id)

    async def _check_count(self, viewer_id: str, most: int) -> None:
        if await ProjectDocument.count_matching(owned_query(viewer_id)) > most:
            raise TooManyProjects(
                f"You have {self._max_projects_per_user:,} projects, as many as one user may have. Delete one first.",
                details={"limit": self._max_projects_per_user},
            )

    async def get(self, viewer_id: str, project_id: ObjectId) -> ProjectRecord:
        """The viewer's project; ProjectNotFound."""
        found = await ProjectDocument.find_owned(viewer_id, [project_id])
        if not found:
            raise ProjectNotFound(_NO_SUCH_PROJECT)
        return found[0]

    async def get_many(self, viewer_id: str, project_ids: Sequence[ObjectId]) -> dict[ObjectId, ProjectRecord]:
        """Those of the projects that the viewer may see, by id, in one query."""
        return {project.id: project for project in await ProjectDocument.find_owned(viewer_id, project_ids)}

    async def require_ready(self, viewer_id: str, project_id: ObjectId) -> ProjectRecord:
        """The viewer's project where it is READY; ProjectNotFound, ProjectNotReady."""
        project = await self.get(viewer_id, project_id)
        _check_ready(project)
        return project

    async def require_ready_with(
        self, viewer_id: str, project_id: ObjectId, beside: Sequence[Mapping[str, Any]]
    ) -> tuple[ProjectRecord, Mapping[str, Any]]:
        """As `require_ready`, with what the caller's `$lookup` stages on its own collections found, each under its `as`
        and none of it older than the project: all in one round trip.
        """
        found = await ProjectDocument.find_with(viewer_id, project_id, beside)
        if found is None:
            raise ProjectNotFound(_NO_SUCH_PROJECT)
        _check_ready(found[0])
        return found

    async def list(self, viewer_id: str, where: ProjectFilter, page: PageRequest) -> Page[ProjectRecord]:
        """The viewer's projects, newest first; InvalidInput for a cursor of another list or a page over 100."""
        if not 1 <= page.first <= MAX_PAGE_SIZE:
            raise InvalidInput(f"`first` is 1 to {MAX_PAGE_SIZE}.", field=("first",))
        query = owned_query(
            viewer_id,
            status=where.status,
            template_id=where.template_id,
            name_pattern=search_pattern(where.text) if where.text else None,
        )
        after = None if page.after is None else position_behind(page.after)
        found = await ProjectDocument.find_page(query, after, page.first + 1)
        items = found[: page.first]
        return Page(
            items=items,
            cursors=[cursor_of(project) for project in items],
            has_next=len(found) > page.first,
            has_previous=after is not None,
            count=lambda: ProjectDocument.count_matching(query),
        )

    async def update(
        self, viewer_id: str, project_id: ObjectId, name: str | None = None, description: str | None = None
    ) -> ProjectRecord:
        """Rename or describe anew; None leaves alone. ProjectNotFound, InvalidProjectText."""
        values: dict[str, str] = {}
        if name is not None:
            values["name"] = clean_name(name)
        if description is not None:
            values["description"] = clean_description(description)
        if not values:
            return await self.get(viewer_id, project_id)
        mine = owned_match(viewer_id, project_id)
        changed = await self._transitions.change(mine, values, f"The {' and '.join(values)} changed.")
        if changed is None:
            raise ProjectNotFound(_NO_SUCH_PROJECT)
        return changed

    async def delete(self, viewer_id: str, project_id: ObjectId) -> None:
        """Have the project and all that belongs to it removed; from now on it is not found. ProjectNotFound."""
        values = {"status": ProjectStatus.DELETING.value}
        if (
            await self._transitions.change(owned_match(viewer_id, project_id), values, "The project is deleted.")
            is None
        ):
            raise ProjectNotFound(_NO_SUCH_PROJECT)
        await self._jobs.enqueue(DELETE_PROJECT, str(project_id))

    async def retry(self, viewer_id: str, project_id: ObjectId) -> ProjectRecord:
        """Have a failed initialisation go on from the step that failed. ProjectNotFound, ProjectNotRetryable."""
        failed = owned_match(viewer_id, project_id, ProjectStatus.ERROR)
        values = {"status": ProjectStatus.INITIALIZING.value, "error_code": None, "error_message": None}
        project = await self._transitions.change(failed, values, "Trying again.", new_attempt=True)
        if project is None:
            status = (await self.get(viewer_id, project_id)).status
            raise ProjectNotRetryable(
                f"Only a project in ERROR can be tried again; this one is {status}.", details={"status": status.value}
            )
        await self._enqueue_initialisation(project)
        return project

    def changes(self, viewer_id: str, project_id: ObjectId) -> AsyncGenerator[ProjectEventRecord, None]:
        """The project's latest change, then each later one once and in order; ends behind its deletion.

        ProjectNotFound from the first step of the iteration.
        """
        return follow(self._bus, viewer_id, project_id)

    async def owner_of(self, project_id: ObjectId) -> str | None:
        """The user who owns the project, whatever its status; None where there is none."""
        project = await ProjectDocument.find_record(project_id)
        return None if project is None else project.user_id

    async def advance_revision(self, project_id: ObjectId, session: AsyncClientSession) -> int:
        """Count a change of the project's files inside the caller's transaction; the new revision, 1 for the first.

        ProjectNotFound where it is gone or being deleted.
        """
        revision = await ProjectDocument.advance_revision(project_id, session)
        if revision is None:
            raise ProjectNotFound(_NO_SUCH_PROJECT)
        return revision

    def start(self) -> None:
        """Begin to recover, now and then at intervals; the queue runs already."""
        self._recovery.start()

    async def stop(self) -> None:
        """End that."""
        await self._recovery.stop()

    async def recover(self) -> None:
        """Enqueue whatever is unfinished: its process may have died or lost the database between the change and the
        job, and a deletion goes on until it is done, however often the queue gave up on it.
        """
        for project_id, status, attempt in await ProjectDocument.find_unfinished():
            if status is ProjectStatus.DELETING:
                await self._jobs.enqueue(DELETE_PROJECT, str(project_id))
            else:
                await self._jobs.enqueue(INITIALISE_PROJECT, initialisation_key(project_id, attempt))

    async def _enqueue_initialisation(self, project: ProjectRecord) -> None:
        await self._jobs.enqueue(INITIALISE_PROJECT, initialisation_key(project.id, project.attempt))


def _check_ready(project: ProjectRecord) -> None:
    if project.status is not ProjectStatus.READY:
        raise ProjectNotReady(f"The project is {project.status}, not READY.", details={"status": project.status.value})
