"""Batched reads of sandboxes."""

from bson import ObjectId
from strawberry.dataloader import DataLoader

from aura_gql.graph.context import Context
from aura_gql.sandboxes.records import SandboxRecord


def live_sandboxes(context: Context) -> DataLoader[ObjectId, SandboxRecord | None]:
    """The newest live sandbox of projects that the caller has been shown to own."""

    async def fetch(project_ids: list[ObjectId]) -> list[SandboxRecord | None]:
        found = await context.services.sandboxes.live_for_projects(project_ids)
        return [found.get(id) for id in project_ids]

    return context.loaders.get(live_sandboxes, fetch)
