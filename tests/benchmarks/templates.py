"""Templates: what the catalogue costs beside endpoints for the one question, and what coming from GitHub and becoming a
project cost beside the plainest programs that leave the same behind.
"""

import contextlib
from collections.abc import AsyncIterator

from bson import ObjectId

from aura_gql.infra.mongo import Database
from tests.benchmarks import templates_sides as sides
from tests.benchmarks.fields import DEPENDENCY_FIELDS, SUGGESTION_FIELDS, TEMPLATE_FIELDS
from tests.benchmarks.graph import BASELINE, contest
from tests.benchmarks.http_load import Load, connected, get, post
from tests.benchmarks.measure import Contest, Entry
from tests.benchmarks.size import Size
from tests.benchmarks.templates_room import TemplatesRoom, templates_room
from tests.benchmarks.world import World

_DEPENDENCIES = f"dependencies {{ {' '.join(DEPENDENCY_FIELDS)} }}"
_NODES = f"nodes {{ {' '.join(TEMPLATE_FIELDS)} {_DEPENDENCIES} }}"
_LIST = f"query ($first: Int!) {{ templates(first: $first) {{ {_NODES} }} }}"
_SEARCH = f"""query ($text: String!) {{
    templates(filter: {{ text: $text }}, first: 8) {{ nodes {{ {" ".join(SUGGESTION_FIELDS)} }} }}
}}"""
_TYPED = "vite react"
_PACKAGES = 12


@contextlib.asynccontextmanager
async def contests(world: World, size: Size) -> AsyncIterator[list[Entry]]:
    """The contests of this group, while the services and the connections are there."""
    async with templates_room(world) as room, connected(world.ours) as ours, connected(world.baseline) as baseline:
        await _give_dependencies(room.catalogue)

        def asked(text: str) -> bytes:
            return post("/graphql", {}, {"query": _SEARCH, "variables": {"text": text}})

        keys = [_TYPED[:end] for end in range(1, len(_TYPED) + 1)]
        yield [
            await contest(
                "50 templates with dependencies",
                16,  # So long that connections of the other side would be closed behind many more.
                Load(world.ours, ours, post("/graphql", {}, {"query": _LIST, "variables": {"first": 50}})),
                Load(world.baseline, baseline, get("/templates/dependencies?first=50", {})),
                size,
            ),
            Contest(
                "search as you type",
                "key",
                size.rounds,
                sides.typed(world.ours, [asked(text) for text in keys]),
                {BASELINE: sides.typed(world.baseline, [_searched(text) for text in keys])},
            ),
            *_made(room, size),
        ]


def _made(room: TemplatesRoom, size: Size) -> list[Entry]:
    files = len(room.files)
    return [
        Contest(
            f"a project of {files} files",
            "service, to READY",
            size.rounds,
            sides.created(room, size.projects),
            {"one transaction of as much": sides.created_raw(room, size.projects)},
        ),
        Contest(
            "a sync of the starters",
            "service",
            size.syncs,
            sides.synced(room),
            {"fetch, unpack, write, insert": sides.synced_raw(room)},
        ),
    ]


def _searched(text: str) -> bytes:
    return get(f"/templates/search?first=8&text={text.replace(' ', '%20')}", {})


async def _give_dependencies(database: Database) -> None:
    """The copies in the catalogue ask for as many packages as others."""
    known = await database["template_dependencies"].distinct("template_id")
    copies = await database["project_templates"].find({"_id": {"$nin": known}}, {"revision": 1}).to_list()
    await database["template_dependencies"].insert_many(
        {
            "_id": ObjectId(),
            "template_id": copy["_id"],
            "revision": copy["revision"],
            "kind": "RUNTIME",
            "name": f"package-{number:02}",
            "version": "^1.2.3",
        }
        for copy in copies
        for number in range(_PACKAGES)
    )
