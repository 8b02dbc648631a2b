"""`aura-gql dev`: the whole server on this machine, with a MongoDB of its own."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from aura_gql.app import create_app
from aura_gql.commands.data_folder import DataFolder
from aura_gql.commands.errors import CommandError
from aura_gql.commands.http_server import bind, bound_for_previews, port_of, serve, url_of
from aura_gql.commands.open_files import allow_many_open_files
from aura_gql.commands.overrides import with_overrides
from aura_gql.commands.stopping import Stopping, run_until_stopped
from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.infra.mongod_binary import EmbeddedMongodError
from aura_gql.infra.telemetry import configure_logging
from aura_gql.server import Surroundings
from aura_gql.settings import Mode, Settings, load_settings

DEVELOPER = "developer@localhost"


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal; the exit code."""
    settings = with_overrides(load_settings(Mode.DEVELOPMENT), arguments.host, arguments.port, arguments.data_dir)
    configure_logging(settings.server.log_level, settings.log_format, settings.environment)
    allow_many_open_files()
    return run_until_stopped(lambda stopping: develop(settings, stopping))


async def develop(settings: Settings, stopping: Stopping) -> None:
    """Have the data folder, then MongoDB, then the server; end them the other way round."""
    folder = DataFolder(settings.server.data_directory)
    # Before the port: the usual second server wants both, and the folder's owner is the better word about it.
    folder.refuse_second()
    with (
        bind(settings.server.host, settings.server.port) as bound,
        folder.claim(url_of(bound)),
        bound_for_previews(settings) as previews,
    ):
        secret = _secret(settings, folder)
        async with _mongodb(settings, folder) as uri:
            surroundings = Surroundings(
                uri,
                secret,
                is_exclusive=_owns_database(settings),
                development_email=DEVELOPER,
                preview_port=port_of(previews),
            )
            app = create_app(settings, surroundings)
            with folder.published(uri, secret):
                await serve(app, bound, settings, stopping, lambda: _greet(url_of(bound)), previews)


@asynccontextmanager
async def _mongodb(settings: Settings, folder: DataFolder) -> AsyncIterator[str]:
    """The URI of the MongoDB of DATABASE_URL, else of one that lives as long as the context."""
    if settings.database.database_url:
        yield settings.database.database_url.get_secret_value()
        return
    mongod = EmbeddedMongod(folder.mongodb, executable=settings.database.aura_mongod)
    try:
        uri = await mongod.start()
    except EmbeddedMongodError as error:
        raise CommandError(str(error)) from error
    try:
        yield uri.replace("/?", f"/{quote(settings.database.mongodb_db_name)}?", 1)
    finally:
        await mongod.stop()


def _owns_database(settings: Settings) -> bool:
    return settings.database.database_url is None


def _secret(settings: Settings, folder: DataFolder) -> str:
    chosen = settings.auth.current_secret
    return chosen.get_secret_value() if chosen else folder.secret()


def _greet(url: str) -> None:
    print(f"Aura GraphQL is ready at {url}/graphql", flush=True)
