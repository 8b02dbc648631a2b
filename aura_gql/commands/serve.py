"""`aura-gql serve`: production."""

import argparse

from aura_gql.app import create_app
from aura_gql.commands.http_server import bind, bound_for_previews, port_of, serve, url_of
from aura_gql.commands.open_files import allow_many_open_files
from aura_gql.commands.overrides import with_overrides
from aura_gql.commands.stopping import Stopping, run_until_stopped
from aura_gql.infra.telemetry import configure_logging
from aura_gql.server import Surroundings
from aura_gql.settings import Mode, Settings, load_settings


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal; the exit code. SettingsError where a setting is wrong or missing."""
    settings = with_overrides(load_settings(Mode.PRODUCTION), arguments.host, arguments.port)
    configure_logging(settings.server.log_level, settings.log_format, settings.environment)
    allow_many_open_files()
    return run_until_stopped(lambda stopping: produce(settings, stopping))


async def produce(settings: Settings, stopping: Stopping) -> None:
    """The server on the settings' own database, blobs and sandboxes."""
    database_url, secret = settings.database.database_url, settings.auth.current_secret
    if database_url is None or secret is None:
        raise ValueError("Settings of production have a database and a secret.")
    with bind(settings.server.host, settings.server.port) as bound, bound_for_previews(settings) as previews:
        surroundings = Surroundings(
            database_url.get_secret_value(), secret.get_secret_value(), preview_port=port_of(previews)
        )
        app = create_app(settings, surroundings)
        await serve(app, bound, settings, stopping, lambda: _greet(url_of(bound)), previews)


def _greet(url: str) -> None:
    print(f"Aura GraphQL is ready at {url}/graphql", flush=True)
