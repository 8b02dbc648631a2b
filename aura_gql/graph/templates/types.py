"""Templates, as clients see them."""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.graph.scalars import Long
from aura_gql.graph.templates.enums import DependencyKind
from aura_gql.graph.templates.loaders import (
    provider_support,
    template_content,
    template_dependencies,
    template_files,
    template_options,
)
from aura_gql.graph.templates.options import TemplateOption
from aura_gql.graph.templates.support import TemplateProviderSupport
from aura_gql.kernel.languages import is_binary
from aura_gql.sandboxes.records import MachineNeeds
from aura_gql.templates.readme import readme_text
from aura_gql.templates.records import (
    CategoryRecord,
    TemplateDependencyRecord,
    TemplateFileRecord,
    TemplateRecord,
)
from aura_gql.templates.requirements import installs_packages


@strawberry.type(description="A package that a template asks for.")
class TemplateDependency:
    """A dependency record on the wire."""

    name: str = strawberry.field(description="The package's name in its registry.")
    version: str = strawberry.field(description="The version range, as the manifest has it.")
    kind: DependencyKind = strawberry.field(description="What it is needed for.")

    @classmethod
    def from_record(cls, record: TemplateDependencyRecord) -> Self:
        """The dependency that `record` describes."""
        return cls(name=record.name, version=record.version, kind=record.kind)


@strawberry.type(description="A file that a project made from the template starts with.")
class TemplateFile:
    """A template's file on the wire; its bytes are read when a content field asks for them."""

    record: strawberry.Private[TemplateFileRecord]
    path: str = strawberry.field(description="Its path in the project folder, parts separated by `/`.")
    size: Long = strawberry.field(description="Its size in bytes.")
    sha256: str = strawberry.field(description="The SHA-256 of its bytes, in hexadecimal.")
    executable: bool = strawberry.field(description="Whether it has the executable bit.")
    language: str = strawberry.field(description="The editor language of its name, e.g. `python`.")
    is_binary: bool = strawberry.field(description="Whether it is something other than UTF-8 text.")

    @classmethod
    def from_record(cls, record: TemplateFileRecord) -> Self:
        """The file that `record` describes."""
        return cls(
            record=record,
            path=record.path,
            size=Long(record.size),
            sha256=record.sha256,
            executable=record.executable,
            language=record.language,
            is_binary=record.is_binary,
        )

    @strawberry.field(description="Its text; null where it is binary.")
    async def content(self, info: Info) -> str | None:
        """The text of the file, read through the loader."""
        info.context.take_content(self.size)
        data = await template_content(info.context).load(self.record)
        return None if is_binary(data) else data.decode()

    @strawberry.field(description="Its bytes in base64, where it is binary; null for text.")
    async def base64(self, info: Info) -> str | None:
        """The bytes of a binary file, read through the loader."""
        info.context.take_content(self.size)
        data = await template_content(info.context).load(self.record)
        return base64.b64encode(data).decode() if is_binary(data) else None


@strawberry.type(description="A starting point for projects: a small working program.")
class Template(Node):
    """A template record on the wire."""

    key: strawberry.Private[ObjectId]
    readme_path: strawberry.Private[str | None]
    slug: str = strawberry.field(description="Its name in URLs, unique: lower-case letters, digits and hyphens.")
    name: str = strawberry.field(description="Its name for people.")
    description: str = strawberry.field(description="What it is, in a sentence.")
    type: str = strawberry.field(description="The framework or language that it is made with, e.g. `react`.")
    category: str = strawberry.field(description="The kind of program, e.g. `frontend`; see `templateCategories`.")
    tags: list[str] = strawberry.field(description="More words to find it by.")
    popularity: int = strawberry.field(description="How many projects were made from it.")
    file_count: int = strawberry.field(description="How many files it has.")
    total_size: Long = strawberry.field(description="The size of its files together, in bytes.")
    source: str = strawberry.field(description="Where it comes from: `bundled` with the server, for one.")
    preview_url: str | None = strawberry.field(description="A page that shows it running, where there is one.")
    stackblitz_path: str | None = strawberry.field(description="Its folder in the StackBlitz starters, if it is there.")
    commit: str | None = strawberry.field(
        description="The commit of the repository that it was found at; null where it is from none."
    )
    start_command: str = strawberry.field(
        description=(
            "The command that starts it, in the project folder. One that installs packages needs a network, which a "
            "sandbox has only where the `capabilities` of its provider say so."
        )
    )
    required_tools: list[str] = strawberry.field(description="Programs that it needs in the sandbox, e.g. `node`.")
    is_active: bool = strawberry.field(description="Whether new projects can be made from it.")
    created_at: datetime = strawberry.field(description="When it was added.")
    updated_at: datetime = strawberry.field(description="When it last changed.")

    @classmethod
    def from_record(cls, record: TemplateRecord) -> Self:
        """The template that `record` describes."""
        return cls(
            id=to_global_id("Template", record.id),
            key=record.id,
            readme_path=record.readme_path,
            slug=record.slug,
            name=record.name,
            description=record.description,
            type=record.type,
            category=record.category,
            tags=list(record.tags),
            popularity=record.popularity,
            file_count=record.file_count,
            total_size=Long(record.total_size),
            source=record.source,
            preview_url=record.preview_url,
            stackblitz_path=record.stackblitz_path,
            commit=record.commit,
            start_command=record.start_command,
            required_tools=list(record.required_tools),
            is_active=record.is_active,
            created_at=record.created_at,
            updated_at=record.updated_at,
        )

    @strawberry.field(description="Its files, by path.")
    async def files(self, info: Info) -> list[TemplateFile]:
        """The file manifest, read through the loader."""
        records = await template_files(info.context).load(self.key)
        return [TemplateFile.from_record(record) for record in records]

    @strawberry.field(description="One of its files; null where it has none of exactly this path.")
    async def file(
        self,
        info: Info,
        path: Annotated[str, strawberry.argument(description="Its path, as `files` gives it.")],
    ) -> TemplateFile | None:
        """One file of the manifest."""
        records = await template_files(info.context).load(self.key)
        found = _of_path(records, path)
        return None if found is None else TemplateFile.from_record(found)

    @strawberry.field(
        description=(
            "Its README as it is written, which is mostly Markdown: do not trust HTML in it. At most 64 KiB, cut off "
            "behind them. Null where it has none."
        )
    )
    async def readme(self, info: Info) -> str | None:
        """The beginning of the file, read through the loaders."""
        if self.readme_path is None:
            return None
        file = _of_path(await template_files(info.context).load(self.key), self.readme_path)
        if file is None:
            return None
        info.context.take_content(file.size)
        return readme_text(await template_content(info.context).load(file))

    @strawberry.field(
        description=(
            "Which providers of sandboxes run it on this server now, and why the others do not; null for who is not "
            "signed in. Whoever asks first waits a moment until a sandbox was looked into."
        )
    )
    async def providers(self, info: Info) -> list[TemplateProviderSupport] | None:
        """The providers against what the start command needs, through the loader."""
        if info.context.viewer is None:
            return None
        needs = MachineNeeds(tuple(self.required_tools), installs_packages(self.start_command))
        return [TemplateProviderSupport.from_record(each) for each in await provider_support(info.context).load(needs)]

    @strawberry.field(
        description=(
            "What each option of `createProject` would do to it, always all of them, in the same order; null, with an"
            " error, where its files can't be read now."
        )
    )
    async def options(self, info: Info) -> list[TemplateOption] | None:
        """The outcomes, read through the loader."""
        records = await template_options(info.context).load(self.key)
        return [TemplateOption.from_record(record) for record in records]

    @strawberry.field(description="The packages that its manifest asks for, by kind and name.")
    async def dependencies(self, info: Info) -> list[TemplateDependency]:
        """The dependencies, read through the loader."""
        records = await template_dependencies(info.context).load(self.key)
        return [TemplateDependency.from_record(record) for record in records]


@strawberry.type(description="A kind of program, with how many templates are of it.")
class TemplateCategory:
    """A category record on the wire."""

    name: str = strawberry.field(description="The word to pass as `filter.category`.")
    count: int = strawberry.field(description="How many templates are listed under it.")

    @classmethod
    def from_record(cls, record: CategoryRecord) -> Self:
        """The category that `record` describes."""
        return cls(name=record.name, count=record.count)


def _of_path(records: Iterable[TemplateFileRecord], path: str) -> TemplateFileRecord | None:
    return next((record for record in records if record.path == path), None)
