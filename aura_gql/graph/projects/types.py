"""Projects, as clients see them."""

from datetime import datetime
from typing import Annotated, Self

import strawberry
from bson import ObjectId

from aura_gql.graph.archives.loaders import project_storages
from aura_gql.graph.archives.types import ProjectStorage
from aura_gql.graph.context import Info
from aura_gql.graph.files.loaders import project_files, project_folders, project_trees
from aura_gql.graph.files.types import ProjectFile, ProjectFolder
from aura_gql.graph.history.diffs import FileDiff, ProjectDiff
from aura_gql.graph.history.inputs import FilePath, FromPath, FromRevision, FromVersion, ToRevision, ToVersion
from aura_gql.graph.history.types import FileVersion, ProjectRevision
from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.projects.enums import InitialisationStep, PackageManager, ProjectStatus
from aura_gql.graph.sandboxes.enums import SandboxProviderName
from aura_gql.graph.sandboxes.loaders import live_sandboxes
from aura_gql.graph.sandboxes.types import Sandbox
from aura_gql.graph.templates.loaders import templates
from aura_gql.graph.templates.types import Template
from aura_gql.projects.records import PackageRequest, ProjectConfiguration, ProjectEventRecord, ProjectRecord


@strawberry.type(name="PackageRequest", description="A package that was added to the project's manifest.")
class RequestedPackage:
    """A package request on the wire."""

    name: str = strawberry.field(description="Its name in the npm registry.")
    version: str | None = strawberry.field(description="The version range that was asked for; null for the latest.")
    dev: bool = strawberry.field(description="Whether it is a development dependency.")

    @classmethod
    def from_record(cls, record: PackageRequest) -> Self:
        """The package that `record` describes."""
        return cls(name=record.name, version=record.version, dev=record.dev)


@strawberry.type(name="ProjectConfiguration", description="How the template's files were changed for the project.")
class Configuration:
    """A configuration on the wire."""

    typescript: bool = strawberry.field(description="Whether it was turned to TypeScript.")
    eslint: bool = strawberry.field(description="Whether ESLint was set up.")
    prettier: bool = strawberry.field(description="Whether Prettier was set up.")
    tailwindcss: bool = strawberry.field(description="Whether Tailwind CSS was set up.")
    package_manager: PackageManager | None = strawberry.field(
        description="The package manager that was asked for; null for the template's own."
    )
    additional_dependencies: list[RequestedPackage] = strawberry.field(description="The packages that were added.")

    @classmethod
    def from_record(cls, record: ProjectConfiguration) -> Self:
        """The configuration that `record` describes."""
        return cls(
            typescript=bool(record.typescript),
            eslint=bool(record.eslint),
            prettier=bool(record.prettier),
            tailwindcss=bool(record.tailwindcss),
            package_manager=record.package_manager,
            additional_dependencies=[RequestedPackage.from_record(item) for item in record.additional_dependencies],
        )


@strawberry.type(description="A program that its owner edits and runs, made from a template.")
class Project(Node):
    """A project record on the wire."""

    key: strawberry.Private[ObjectId]
    template_key: strawberry.Private[ObjectId]
    name: str = strawberry.field(description="Its name for people.")
    description: str = strawberry.field(description="What it is, in its owner's words; may be empty.")
    status: ProjectStatus = strawberry.field(description="Whether it can be worked with.")
    step: InitialisationStep = strawberry.field(
        description="How far its initialisation has come; in ERROR, the step that failed."
    )
    error_code: str | None = strawberry.field(description="What went wrong, as a code, while `status` is ERROR.")
    error_message: str | None = strawberry.field(description="What went wrong, in words, while `status` is ERROR.")
    configuration: Configuration = strawberry.field(description="How the template's files were changed for it.")
    sandbox_provider: SandboxProviderName = strawberry.field(description="Who runs its sandboxes by default.")
    auto_start_sandbox: bool = strawberry.field(description="Whether a sandbox was asked for at its creation.")
    template_id: strawberry.ID = strawberry.field(description="The id of the template that it was made from.")
    start_command: str | None = strawberry.field(
        description=(
            "The command that starts it, in the project folder, as its configuration left it: with the package manager "
            "that was chosen, say. What became of its files since does not count. Null until they are stored, and "
            "where the project is older than this field; then `template.startCommand` may do."
        )
    )
    revision: int = strawberry.field(description="How many times its files were changed.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it, or one of its files, last changed.")

    @classmethod
    def from_record(cls, record: ProjectRecord) -> Self:
        """The project that `record` describes."""
        return cls(
            id=to_global_id("Project", record.id),
            key=record.id,
            template_key=record.template_id,
            name=record.name,
            description=record.description,
            status=record.status,
            step=record.step,
            error_code=record.error_code,
            error_message=record.error_message,
            configuration=Configuration.from_record(record.configuration),
            sandbox_provider=record.sandbox_provider,
            auto_start_sandbox=record.auto_start_sandbox,
            template_id=to_global_id("Template", record.template_id),
            start_command=record.start_command,
            revision=record.revision,
            created_at=record.created_at,
            updated_at=record.updated_at,
        )

    @strawberry.field(description="The template that it was made from; null where that is no longer known.")
    async def template(self, info: Info) -> Template | None:
        """The template, read through the loader."""
        record = await templates(info.context).load(self.template_key)
        return None if record is None else Template.from_record(record)

    @strawberry.field(description="Its files, by path. Folders are the parts of the paths.")
    async def files(self, info: Info) -> list[ProjectFile]:
        """The tree, read through the loader."""
        records = await project_trees(info.context).load(self.key)
        return [ProjectFile.from_record(record) for record in records]

    @strawberry.field(
        description="Its folders that are kept even while nothing is in them, by path; those of its files are not told."
    )
    async def folders(self, info: Info) -> list[ProjectFolder]:
        """The kept folders, read through the loader."""
        records = await project_folders(info.context).load(self.key)
        return [ProjectFolder.from_record(record) for record in records]

    @strawberry.field(description="One of its files; null where it has none of this path.")
    async def file(
        self,
        info: Info,
        path: FilePath,
    ) -> ProjectFile | None:
        """One file, read through the loader."""
        record = await project_files(info.context).load((self.key, path))
        return None if record is None else ProjectFile.from_record(record)

    @strawberry.field(
        description=(
            "The versions of the file that is, or was last, at a path, newest first; empty where there never was one. "
            "A deleted file is found by this, and `restoreFileVersion` brings it back."
        )
    )
    async def history_of(
        self,
        info: Info,
        path: FilePath,
        follow_moves: Annotated[
            bool,
            strawberry.argument(
                description="Whether to go on, behind a move, with the path that the file had before; if not, the "
                "list is all that ever was at this path."
            ),
        ] = True,
        first: First = None,
        after: After = None,
    ) -> Connection[FileVersion]:
        """A page of what was there."""
        page = page_request(first, after)
        found = await info.context.services.history.of_file(self.key, path, page, follows_moves=follow_moves)
        return Connection.of(found, FileVersion.from_record)

    @strawberry.field(
        description=(
            "What differs between two versions of a file, which may have been deleted since; null, with an error, "
            "where it does not have them."
        )
    )
    async def diff_of(
        self, info: Info, path: FilePath, from_: FromVersion, to: ToVersion = None, from_path: FromPath = None
    ) -> FileDiff | None:
        """The pair; its lines are compared when they are asked for."""
        return FileDiff.of(await info.context.services.history.pair(self.key, path, from_, to, from_path))

    @strawberry.field(
        description=(
            "The changes of its files that are kept, newest first. How long that is the server's settings say; the "
            "files as they are now stay in any case."
        )
    )
    async def revisions(self, info: Info, first: First = None, after: After = None) -> Connection[ProjectRevision]:
        """A page of what changed."""
        page = await info.context.services.history.revisions(self.key, page_request(first, after))
        return Connection.of(page, ProjectRevision.from_record)

    @strawberry.field(
        description="What differs between two of its revisions; null, with an error, where it does not have them."
    )
    async def diff(self, info: Info, from_: FromRevision, to: ToRevision = None) -> ProjectDiff | None:
        """The pairs of files; their lines are compared when they are asked for."""
        to = self.revision if to is None else to
        pairs = await info.context.services.history.changes(self.key, from_, to, self.revision)
        return ProjectDiff(pairs=pairs, from_revision=from_, to_revision=to)

    @strawberry.field(description="Where and how its files and archives are kept, and what they come to.")
    async def storage(self, info: Info) -> ProjectStorage:
        """The storage, read through the loader."""
        return ProjectStorage.from_record(await project_storages(info.context).load(self.key))

    @strawberry.field(description="Its newest sandbox that has not ended, if it has one.")
    async def sandbox(self, info: Info) -> Sandbox | None:
        """The live sandbox, read through the loader."""
        record = await live_sandboxes(info.context).load(self.key)
        return None if record is None else Sandbox.from_record(record)


@strawberry.type(description="A change of a project: a step of its initialisation, its end, or an edit of its name.")
class ProjectEvent:
    """A project event on the wire."""

    project_id: strawberry.ID = strawberry.field(description="The project.")
    sequence: int = strawberry.field(
        description=(
            "The number of this change, 1 more than that of the change before. Where it is more than that, changes in "
            "between have been forgotten; what this one says holds all the same."
        )
    )
    status: ProjectStatus = strawberry.field(description="Whether the project can be worked with.")
    step: InitialisationStep = strawberry.field(description="How far its initialisation has come.")
    message: str = strawberry.field(description="What happened, in words for a person.")
    at: datetime = strawberry.field(description="When it happened.")

    @classmethod
    def from_record(cls, record: ProjectEventRecord) -> Self:
        """The event that `record` describes."""
        return cls(
            project_id=to_global_id("Project", record.project_id),
            sequence=record.sequence,
            status=record.status,
            step=record.step,
            message=record.message,
            at=record.at,
        )
