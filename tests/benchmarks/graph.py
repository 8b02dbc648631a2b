"""Queries: what GraphQL costs beside an endpoint that was written for the one question."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aura_gql.kernel.ids import parse_global_id
from tests.benchmarks.fields import PROJECT_FIELDS, TEMPLATE_FIELDS
from tests.benchmarks.http_load import Load, connected, get, post
from tests.benchmarks.measure import Contest, Entry
from tests.benchmarks.size import Size
from tests.benchmarks.world import World

BASELINE = "Starlette + PyMongo + orjson"
_TEMPLATES = f"query ($first: Int!) {{ templates(first: $first) {{ nodes {{ {' '.join(TEMPLATE_FIELDS)} }} }} }}"
_PROJECT = f"query ($id: ID!) {{ project(id: $id) {{ {' '.join(PROJECT_FIELDS)} }} }}"


@contextlib.asynccontextmanager
async def contests(world: World, size: Size) -> AsyncIterator[list[Entry]]:
    """The contests of this group, while their connections are open."""
    key = parse_global_id(world.project)
    if key is None:
        raise RuntimeError("The project has an id.")
    async with connected(world.ours) as ours, connected(world.baseline) as baseline:

        def load(query: str, variables: Mapping[str, object], bearer: Mapping[str, str]) -> Load:
            return Load(world.ours, ours, post("/graphql", bearer, {"query": query, "variables": variables}))

        def raw(path: str, bearer: Mapping[str, str]) -> Load:
            return Load(world.baseline, baseline, get(path, bearer))

        yield [
            await contest(
                "50 templates", size.lists, load(_TEMPLATES, {"first": 50}, {}), raw("/templates?first=50", {}), size
            ),
            await contest(
                "one project, signed in",
                size.requests,
                load(_PROJECT, {"id": world.project}, world.bearer),
                raw(f"/projects/{key.key}", world.bearer),
                size,
            ),
            await contest("__typename", size.requests, load("{ __typename }", {}, {}), raw("/typename", {}), size),
        ]


async def contest(name: str, requests: int, ours: Load, baseline: Load, size: Size) -> Contest:
    """The same question to both servers, `requests` times a round; RuntimeError where they answer differently."""
    if _shape((await ours.answer())["data"]) != _shape((await baseline.answer())["data"]):
        raise RuntimeError(f"{name}: the two servers answer differently.")
    return Contest(
        name, "request", size.rounds, lambda: ours.send(requests), {BASELINE: lambda: baseline.send(requests)}
    )


def _shape(answer: Any) -> object:
    """An answer without what the two write differently: ids and times."""
    if isinstance(answer, dict):
        return {name: None if name.lower().endswith(("id", "at")) else _shape(value) for name, value in answer.items()}
    return [_shape(value) for value in answer] if isinstance(answer, list) else answer
