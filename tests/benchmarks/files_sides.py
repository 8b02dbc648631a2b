"""One round each of what saves cost by the service, over the API, and by the plainest program."""

import itertools
from collections.abc import Awaitable, Callable, Iterator

import orjson
from bson import ObjectId

from aura_gql.files.records import RevisionSource
from aura_gql.files.service import FileService
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.operations import PutFile
from tests.benchmarks.http_load import Connection, connected, post
from tests.benchmarks.measure import Cost, Side
from tests.benchmarks.raw_files import RawFiles
from tests.benchmarks.sandbox_sides import repeated
from tests.benchmarks.serving import Serving
from tests.benchmarks.world import World
from tests.support.examples import example

_SAVE = example("SaveFile")
_LINE = "print('a line of an ordinary length, as programs have them')  # {}\n"


def texts() -> Iterator[str]:
    """About 2 kB each, no two alike and none as long as the one before, as somebody leaves them who edits one line."""
    for number in itertools.count():
        yield _LINE * 32 + _LINE.format(number) + "#" * (number % 60)


def saved_by_service(files: FileService, owner: str, project_id: ObjectId, times: int) -> Side:
    """A round of next versions of one file, which is new."""
    edits, version = texts(), 0

    async def save() -> None:
        nonlocal version
        version = (await files.save(owner, project_id, "by-service.py", next(edits).encode(), version)).version

    return repeated(save, times)


def saved_over_api(world: World, times: int) -> Side:
    """A round of next versions of one file, which is new, each a mutation."""
    edits, version = texts(), 0

    async def save(connection: Connection) -> None:
        nonlocal version
        wish = {"projectId": world.project, "path": "over-api.py", "content": next(edits), "expectedVersion": version}
        body = {"query": _SAVE, "variables": {"input": wish}}
        version += 1
        answer = orjson.loads(await connection.exchange(post("/graphql", world.bearer, body)))
        if answer["data"]["saveFile"]["file"]["version"] != version:
            raise RuntimeError(f"It was not saved: {answer}")

    return by_one_client(world.ours, save, times)


def saved_raw(files: RawFiles, times: int) -> Side:
    """A round of raw blob writes, each with an update of a document."""
    edits = texts()

    async def save() -> None:
        await files.save("raw.py", next(edits).encode())

    return repeated(save, times)


def saved_at_endpoint(world: World, times: int) -> Side:
    """A round of the same by the baseline's endpoint, which asks whose session it is."""
    edits = texts()

    async def save(connection: Connection) -> None:
        body = {"path": "raw.py", "content": next(edits)}
        await connection.exchange(post("/files", world.bearer, body))

    return by_one_client(world.baseline, save, times)


def batch_by_service(files: FileService, owner: str, project_id: ObjectId, count: int) -> Side:
    """A round of one batch: next versions of so many files, all or none."""
    edits = texts()

    async def write() -> None:
        operations = [PutFile(f"batch/{number}.py", HeldBytes(next(edits).encode())) for number in range(count)]
        batch = await files.writer.apply(owner, project_id, operations, source=RevisionSource.BATCH)
        if len(batch.changed) != count:
            raise RuntimeError("Not all of them were written.")

    return repeated(write, 1)


def batch_raw(files: RawFiles, count: int) -> Side:
    """A round of as many raw blob writes and one transaction."""
    edits = texts()

    async def write() -> None:
        await files.save_all([(f"batch/{number}.py", next(edits).encode()) for number in range(count)])

    return repeated(write, 1)


def by_one_client(server: Serving, work: Callable[[Connection], Awaitable[None]], times: int) -> Side:
    """A round over a connection that is opened for it: servers close those on which nothing comes for long."""

    async def side() -> Cost:
        async with connected(server) as connections:
            return await repeated(lambda: work(connections[0]), times)()

    return side
