"""The services of templates and projects in the process of the benchmarks, on a database of their own."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bson import ObjectId

from aura_gql.bounds import create_counters
from aura_gql.commands.data_folder import DataFolder
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.mongo import Database, connect, init_documents
from aura_gql.projects.initialisation import ProjectInitialisation
from aura_gql.projects.jobs import initialisation_key
from aura_gql.projects.records import NewProject, ProjectStatus
from aura_gql.projects.service import ProjectService
from aura_gql.server import DOCUMENTS, Server, Surroundings
from aura_gql.settings_groups import DatabaseSettings
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.sources.bundled import BundledTemplates
from aura_gql.templates.syncs.service import TemplateSyncService
from tests.benchmarks.world import World
from tests.support.api import settings_for
from tests.support.github.server import LoopbackGitHub, loopback_github

_SLUG = "express"
_USER = "bench"


@dataclass(frozen=True, slots=True)
class TemplatesRoom:
    """`files` and `project` are the documents that a project of the template comes to; `folder` is for what the plain
    programs keep; `catalogue` is the database of the servers.
    """

    projects: ProjectService
    initialisation: ProjectInitialisation
    syncs: TemplateSyncService
    github: LoopbackGitHub
    database: Database
    catalogue: Database
    folder: Path
    template_id: ObjectId
    project: Mapping[str, Any]
    files: Sequence[Mapping[str, Any]]

    async def make_project(self) -> ObjectId:
        """A new project, from the wish to READY."""
        return await make_project(self.projects, self.initialisation, self.template_id)

    async def forget_starters(self) -> None:
        """Nothing of the repository is in the catalogue any more."""
        ids = await self.database["project_templates"].distinct("_id", {"source": "stackblitz"})
        await self.database["project_templates"].delete_many({"_id": {"$in": ids}})
        for name in ("template_cache", "template_dependencies"):
            await self.database[name].delete_many({"template_id": {"$in": ids}})


async def make_project(projects: ProjectService, work: ProjectInitialisation, template_id: ObjectId) -> ObjectId:
    """What `createProject` and its job do; RuntimeError unless it is READY."""
    project = await projects.create(_USER, NewProject("Bench", template_id), None)
    await work.run(initialisation_key(project.id, project.attempt))
    ready = await projects.get(_USER, project.id)
    if ready.status is not ProjectStatus.READY:
        raise RuntimeError(f"The project is {ready.status}.")
    return project.id


@contextlib.asynccontextmanager
async def templates_room(world: World) -> AsyncIterator[TemplatesRoom]:
    """The services wired as the server wires them, without its loops, and a GitHub with the snapshot of the starters;
    where this host has none, with some of our own.
    """
    uri, secret = DataFolder(world.folder / "data").connection()
    folder = Path(tempfile.mkdtemp(dir=world.folder))
    with loopback_github() as github:
        async with connect(DatabaseSettings(), uri) as client:
            catalogue = client.get_default_database()
            database: Database = client[f"{catalogue.name}_room"]
            templates: dict[str, object] = {
                "github_api_url": github.url,
                "template_repository": github.state.repository,
            }
            settings = settings_for(folder, database.name, templates=templates, files={"max_projects_per_user": 10**6})
            server = Server(settings, Surroundings(uri, secret), create_counters(settings))
            await init_documents(database, DOCUMENTS)
            await TemplateIntake(server.blobs).take_in(BundledTemplates())
            services = server.services
            work = ProjectInitialisation(services.templates, services.files, services.sandboxes, InProcessBus())
            template_id = (await services.templates.get_by_slug(_SLUG)).id
            project_id = await make_project(services.projects, work, template_id)
            yield TemplatesRoom(
                services.projects,
                work,
                services.syncs,
                github,
                database,
                catalogue,
                folder,
                template_id,
                await database["projects"].find_one({"_id": project_id}) or {},
                await database["project_files"].find({"project_id": project_id}).to_list(),
            )
            await server.blobs.close()
