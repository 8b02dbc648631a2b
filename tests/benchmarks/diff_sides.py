"""One round each of comparing two versions of a file: over the API, and by what compares them alone."""

import orjson
from pygit2 import Patch

from tests.benchmarks.files_sides import by_one_client
from tests.benchmarks.http_load import Connection, post
from tests.benchmarks.measure import Side
from tests.benchmarks.sandbox_sides import repeated
from tests.benchmarks.world import World

PATH = "long.py"
_EACH = 40
_DIFF = """query ($id: ID!) { project(id: $id) {
    diffOf(path: "long.py", from: 1, to: 2) { text { additions deletions unified } }
} }"""


def texts(lines: int) -> tuple[bytes, bytes]:
    """A text, and the same with every fortieth line changed."""
    old = [f"    value_{number} = compute({number}, 'and some words')\n" for number in range(lines)]
    new = [line.replace("compute", "derive") if number % _EACH == 0 else line for number, line in enumerate(old)]
    return "".join(old).encode(), "".join(new).encode()


def by_api(world: World, new: bytes, times: int) -> Side:
    """A round of queries for the unified diff of the versions."""
    body = {"query": _DIFF, "variables": {"id": world.project}}
    changed = new.count(b"derive")

    async def ask(connection: Connection) -> None:
        answer = orjson.loads(await connection.exchange(post("/graphql", world.bearer, body)))
        if answer["data"]["project"]["diffOf"]["text"]["additions"] != changed:
            raise RuntimeError("It is another diff.")

    return by_one_client(world.ours, ask, times)


def by_libgit2(old: bytes, new: bytes, times: int) -> Side:
    """A round of the comparison in this process, texts in memory."""

    async def run() -> None:
        if not Patch.create_from(old, new).data:
            raise RuntimeError("There is no diff.")

    return repeated(run, times)
