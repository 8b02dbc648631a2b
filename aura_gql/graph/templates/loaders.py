"""Batched reads of templates and what belongs to them."""

from collections.abc import Sequence

from bson import ObjectId
from strawberry.dataloader import DataLoader

from aura_gql.graph.context import Context
from aura_gql.projects.configuration.options import OptionOutcome
from aura_gql.sandboxes.records import MachineNeeds, Suitability
from aura_gql.templates.records import TemplateDependencyRecord, TemplateFileRecord, TemplateRecord


def templates(context: Context) -> DataLoader[ObjectId, TemplateRecord | None]:
    """Templates by id; None where there is none."""

    async def fetch(ids: list[ObjectId]) -> list[TemplateRecord | None]:
        found = await context.services.templates.get_many(ids)
        return [found.get(id) for id in ids]

    return context.loaders.get(templates, fetch)


def template_files(context: Context) -> DataLoader[ObjectId, Sequence[TemplateFileRecord]]:
    """The file manifests of templates."""

    async def fetch(ids: list[ObjectId]) -> list[Sequence[TemplateFileRecord]]:
        found = await context.services.templates.files(ids)
        return [found.get(id, []) for id in ids]

    return context.loaders.get(template_files, fetch)


def template_dependencies(context: Context) -> DataLoader[ObjectId, list[TemplateDependencyRecord]]:
    """The dependencies of templates."""

    async def fetch(ids: list[ObjectId]) -> list[list[TemplateDependencyRecord]]:
        found = await context.services.templates.dependencies(ids)
        return [found.get(id, []) for id in ids]

    return context.loaders.get(template_dependencies, fetch)


def template_options(context: Context) -> DataLoader[ObjectId, Sequence[OptionOutcome]]:
    """What the options of a configuration would do to templates; nothing for an unknown one."""

    async def fetch(ids: list[ObjectId]) -> list[Sequence[OptionOutcome] | BaseException]:
        found = await context.services.projects.options.of(ids)
        return [found.get(id, ()) for id in ids]

    return context.loaders.get(template_options, fetch)


def template_content(context: Context) -> DataLoader[TemplateFileRecord, bytes]:
    """The bytes of template files that `template_files` gave."""

    async def fetch(files: list[TemplateFileRecord]) -> list[bytes | BaseException]:
        found = await context.services.templates.contents(files)
        return [found[file.sha256] for file in files]

    return context.loaders.get(template_content, fetch)


def provider_support(context: Context) -> DataLoader[MachineNeeds, list[Suitability]]:
    """Every sandbox provider, held against needs."""

    async def fetch(needs: list[MachineNeeds]) -> list[list[Suitability]]:
        return await context.services.sandboxes.suitability.of(needs)

    return context.loaders.get(provider_support, fetch)
