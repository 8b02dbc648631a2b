"""Batched reads of the past of files."""

import asyncio

from strawberry.dataloader import DataLoader

from aura_gql.files.diffing.records import TextDiff
from aura_gql.files.history.records import FilePair
from aura_gql.graph.context import Context


def text_diffs(context: Context) -> DataLoader[FilePair, TextDiff | None]:
    """How the lines of pairs of files differ; None where they are beyond the limits."""

    async def fetch(pairs: list[FilePair]) -> list[TextDiff | BaseException | None]:
        compared = (context.services.history.compare(pair) for pair in pairs)
        return await asyncio.gather(*compared, return_exceptions=True)

    return context.loaders.get(text_diffs, fetch)
