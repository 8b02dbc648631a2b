"""Files: what versions, limits and exact totals cost beside a raw durable write and one update of a document."""

import contextlib
from collections.abc import AsyncIterator

from bson import ObjectId

from aura_gql.files.paths import path_key
from aura_gql.infra.mongo import Database
from tests.benchmarks import diff_sides as diffing
from tests.benchmarks import files_sides as sides
from tests.benchmarks.fields import FILE_FIELDS
from tests.benchmarks.files_room import FilesRoom, files_room, key_of
from tests.benchmarks.graph import contest
from tests.benchmarks.http_load import Connection, Load, connected, get, post
from tests.benchmarks.measure import Contest, Entry
from tests.benchmarks.size import Size
from tests.benchmarks.world import World
from tests.support.journeys import ready_project

RAW = "raw blob write + one update"
ENDPOINT = "Starlette endpoint that does"
_TREE = f"query ($id: ID!) {{ project(id: $id) {{ files {{ {' '.join(FILE_FIELDS)} }} }} }}"


@contextlib.asynccontextmanager
async def contests(world: World, size: Size) -> AsyncIterator[list[Entry]]:
    """The contests of this group, while the service and the connections are there."""
    async with files_room(world) as room, connected(world.ours) as ours, connected(world.baseline) as baseline:
        yield [
            await _tree(world, room, size, ours, baseline),
            *_saves(world, room, size),
            _batch(room, size),
            await _diff(world, room, size),
        ]


def _saves(world: World, room: FilesRoom, size: Size) -> list[Entry]:
    rounds, count = size.rounds, size.saves
    raw = sides.saved_raw(room.raw, count)
    endpoint = sides.saved_at_endpoint(world, count)
    service = sides.saved_by_service(room.files, room.owner, room.project_id, count)
    api = sides.saved_over_api(world, count)
    return [
        Contest("saveFile", "service", rounds, service, {RAW: raw}),
        Contest("saveFile", "API", rounds, api, {RAW: raw, ENDPOINT: endpoint}),
    ]


def _batch(room: FilesRoom, size: Size) -> Entry:
    ours = sides.batch_by_service(room.files, room.owner, room.project_id, size.batch)
    theirs = {f"{size.batch} raw blob writes + one transaction": sides.batch_raw(room.raw, size.batch)}
    return Contest(f"a batch of {size.batch} files", "service", size.batches, ours, theirs)


async def _diff(world: World, room: FilesRoom, size: Size) -> Entry:
    old, new = diffing.texts(size.diff_lines)
    for version, text in enumerate((old, new)):
        await room.files.save(room.owner, room.project_id, diffing.PATH, text, version)
    ours, theirs = diffing.by_api(world, new, size.diffs), diffing.by_libgit2(old, new, size.diffs)
    return Contest(f"a diff of {size.diff_lines:,} lines", "API", size.rounds, ours, {"libgit2 alone": theirs})


async def _tree(
    world: World, room: FilesRoom, size: Size, ours: list[Connection], baseline: list[Connection]
) -> Contest:
    project = await ready_project(world.member)
    await _grow(room.database, ObjectId(key_of(project)), size.tree_files)
    query = {"query": _TREE, "variables": {"id": project}}
    return await contest(
        f"a tree of {size.tree_files:,} files",
        size.trees,
        Load(world.ours, ours, post("/graphql", world.bearer, query)),
        Load(world.baseline, baseline, get(f"/projects/{key_of(project)}/files", world.bearer)),
        size,
    )


async def _grow(database: Database, project_id: ObjectId, count: int) -> None:
    """Copies of a project's first file, until it has so many."""
    files = database["project_files"]
    first = await files.find_one({"project_id": project_id})
    present = await files.count_documents({"project_id": project_id})
    paths = [f"src/part-{number % 50}/file-{number}.py" for number in range(count - present)]
    copies = [{**(first or {}), "_id": ObjectId(), "path": path, "path_key": path_key(path)} for path in paths]
    await files.insert_many(copies)
