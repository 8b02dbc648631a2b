"""`aura-gql token`: a session for a user, to try the API with."""

import argparse
import asyncio

from pymongo.errors import PyMongoError

from aura_gql.auth.service import AuthService
from aura_gql.commands.data_folder import DataFolder
from aura_gql.commands.database_words import database_words
from aura_gql.commands.errors import CommandError
from aura_gql.infra.mongo import connect
from aura_gql.kernel.errors import InvalidInput
from aura_gql.settings import Mode, Settings, load_settings


def run(arguments: argparse.Namespace) -> int:
    """Print the bearer alone, so that a shell can put it into a variable."""
    settings = load_settings(Mode.DEVELOPMENT)
    uri, secret = _target(arguments, settings)
    print(asyncio.run(_sign_in(settings, uri, secret, arguments.email, arguments.admin)))
    return 0


def _target(arguments: argparse.Namespace, settings: Settings) -> tuple[str, str]:
    """The URI and the secret: the data folder's where one is named or nothing else is set, else the settings'."""
    database_url, secret = settings.database.database_url, settings.auth.current_secret
    if arguments.data_dir is not None or database_url is None:
        return DataFolder(arguments.data_dir or settings.server.data_directory).connection()
    if secret is None:
        raise CommandError("BETTER_AUTH_SECRET: is required beside DATABASE_URL; or use --data-dir.", exit_code=2)
    return database_url.get_secret_value(), secret.get_secret_value()


async def _sign_in(settings: Settings, uri: str, secret: str, email: str, is_admin: bool) -> str:
    async with connect(settings.database, uri) as client:
        # As the server does, whatever name DATABASE_URL itself has; the data folder's URI names the database.
        name = settings.database.mongodb_db_name
        database = client[name] if settings.database.database_url else client.get_default_database(name)
        auth = AuthService(database, secret, cookie_prefix=settings.auth.better_auth_cookie_prefix)
        try:
            await auth.ensure_indexes()
            return (await auth.sign_in(email, is_admin=is_admin)).bearer
        except InvalidInput as error:
            raise CommandError(f"--email: {error.message}", exit_code=2) from error
        except PyMongoError as error:
            raise CommandError(f"MongoDB does not answer: {database_words(error)}") from error
