"""The file service in the process of the benchmarks, over the database of the server that is up."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bson import ObjectId

from aura_gql.bounds import create_counters
from aura_gql.commands.data_folder import DataFolder
from aura_gql.files.service import FileService
from aura_gql.infra.mongo import Database, connect, init_documents
from aura_gql.kernel.ids import parse_global_id
from aura_gql.server import DOCUMENTS, Server, Surroundings
from aura_gql.settings_groups import DatabaseSettings
from tests.benchmarks.raw_files import RawFiles
from tests.benchmarks.world import World
from tests.support.api import settings_for


@dataclass(frozen=True, slots=True)
class FilesRoom:
    """The service, and the plainest program beside it, both on one disk and one database. `project_id` is a project of
    `owner`, the user whose bearer the world has.
    """

    files: FileService
    raw: RawFiles
    database: Database
    owner: str
    project_id: ObjectId


@contextlib.asynccontextmanager
async def files_room(world: World) -> AsyncIterator[FilesRoom]:
    """The service wired as the server wires it, without its loops."""
    uri, secret = DataFolder(world.folder / "data").connection()
    async with connect(DatabaseSettings(), uri) as client:
        database = client.get_default_database()
        settings = settings_for(world.folder / "data", database.name)
        server = Server(settings, Surroundings(uri, secret), create_counters(settings))
        await init_documents(database, DOCUMENTS)
        viewer = (await world.member.execute("{ viewer { id } }"))["viewer"]["id"]
        raw = RawFiles(world.folder / "raw", database)
        yield FilesRoom(server.services.files, raw, database, key_of(viewer), ObjectId(key_of(world.project)))
        await server.blobs.close()


def key_of(global_id: str) -> str:
    """The key inside a global id; RuntimeError for what is none."""
    parsed = parse_global_id(global_id)
    if parsed is None:
        raise RuntimeError("It is an id.")
    return parsed.key
