"""Batched reads of sandboxes."""

from bson import ObjectId
from strawberry.dataloader import DataLoader

from aura_gql.graph.context import Context
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import SandboxRecord
from aura_gql.sandboxes.usage.records import SandboxUsage


def live_sandboxes(context: Context) -> DataLoader[ObjectId, SandboxRecord | None]:
    """The newest live sandbox of projects that the caller has been shown to own."""

    async def fetch(project_ids: list[ObjectId]) -> list[SandboxRecord | None]:
        found = await context.services.sandboxes.live_for_projects(project_ids)
        return [found.get(id) for id in project_ids]

    return context.loaders.get(live_sandboxes, fetch)


def live_counts(context: Context) -> DataLoader[SandboxProviderName, int]:
    """How many live sandboxes providers have, whoever owns them."""

    async def fetch(providers: list[SandboxProviderName]) -> list[int]:
        found = await context.services.sandboxes.count_live()
        return [sum(count for (name, _), count in found.items() if name == provider) for provider in providers]

    return context.loaders.get(live_counts, fetch)


def sandbox_usage(context: Context) -> DataLoader[ObjectId, SandboxUsage]:
    """What the viewer's sandboxes have used."""

    async def fetch(sandbox_ids: list[ObjectId]) -> list[SandboxUsage]:
        found = await context.services.sandboxes.usage.of(context.require_viewer().id, sandbox_ids)
        return [found.get(id) or SandboxUsage() for id in sandbox_ids]

    return context.loaders.get(sandbox_usage, fetch)
