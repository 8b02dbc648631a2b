"""The projects room over real parts, with a switchboard where the sandboxes would be."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from bson import ObjectId

from aura_gql.files.service import FileService
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database
from aura_gql.infra.ports import Event
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.initialisation import ProjectInitialisation
from aura_gql.projects.jobs import initialisation_key
from aura_gql.projects.ports import Advance, NewFile, ProjectFiles
from aura_gql.projects.records import NewProject, ProjectConfiguration, ProjectRecord
from aura_gql.projects.service import ProjectService
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.service import TemplateService
from aura_gql.templates.sources.bundled import BundledTemplates

ALICE = "alice"
BOB = "bob"


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Sandboxes:
    """A SandboxStarter and ProjectResource that remembers, and fails on demand."""

    failure: Exception | None = None
    started: list[ObjectId] = field(default_factory=list)
    removed: list[ObjectId] = field(default_factory=list)

    async def start_for_project(self, user_id: str, project_id: ObjectId, provider: SandboxProviderName) -> None:
        if self.failure is not None:
            raise self.failure
        self.started.append(project_id)

    async def remove_project(self, project_id: ObjectId) -> None:
        if self.failure is not None:
            raise self.failure
        self.removed.append(project_id)


class MortalBus(InProcessBus):
    """Its process dies just before it publishes the event of this sequence, once."""

    def __init__(self, dies_before: int) -> None:
        super().__init__()
        self._dies_before = dies_before

    async def publish(self, topic: str, event: Event) -> None:
        if event["sequence"] == self._dies_before:
            self._dies_before = 0
            raise Killed
        await super().publish(topic, event)


@dataclass
class HeldFiles:
    """Files that wait before they import until they are let go."""

    files: ProjectFiles
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def import_files(
        self, project_id: ObjectId, files: Sequence[NewFile], author: str, advance: Advance | None = None
    ) -> bool:
        self.waiting.set()
        await self.go.wait()
        return await self.files.import_files(project_id, files, author, advance)


@dataclass
class World:
    """Everything, nothing running: `initialise` does by hand what the queue would do."""

    database: Database
    bus: InProcessBus
    jobs: DurableJobs
    templates: TemplateService
    projects: ProjectService
    files: FileService
    sandboxes: Sandboxes
    folder: Path
    intake: TemplateIntake

    async def change_template(self, slug: str, path: str, data: bytes) -> None:
        """Give the template a revision in which this file has this content."""
        (self.folder / slug / "files" / path).write_bytes(data)
        await self.intake.take_in(BundledTemplates(self.folder))

    async def popularity(self, project: ProjectRecord) -> int:
        return (await self.templates.get(project.template_id)).popularity

    async def template(self, slug: str) -> ObjectId:
        return (await self.templates.get_by_slug(slug)).id

    async def create(
        self,
        slug: str = "python-script",
        *,
        name: str = "My project",
        owner: str = ALICE,
        configuration: ProjectConfiguration | None = None,
        auto_start_sandbox: bool = False,
        key: str | None = None,
    ) -> ProjectRecord:
        new = NewProject(
            name,
            await self.template(slug),
            configuration=configuration or ProjectConfiguration(),
            auto_start_sandbox=auto_start_sandbox,
        )
        return await self.projects.create(owner, new, key)

    def initialisation(
        self, files: ProjectFiles | None = None, bus: InProcessBus | None = None
    ) -> ProjectInitialisation:
        return ProjectInitialisation(self.templates, files or self.files, self.sandboxes, bus or self.bus)

    async def initialise(self, project: ProjectRecord) -> ProjectRecord:
        await self.initialisation().run(initialisation_key(project.id, project.attempt))
        return await self.projects.get(project.user_id, project.id)

    async def ready(self, slug: str = "python-script", *, name: str = "My project") -> ProjectRecord:
        return await self.initialise(await self.create(slug, name=name))

    async def stored(self, project_id: ObjectId) -> dict[str, object]:
        return cast("dict[str, object]", await self.database["projects"].find_one({"_id": project_id}))
