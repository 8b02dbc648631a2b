"""`aura-gql sync-templates`: the templates of a repository, from GitHub or from a file."""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path

from pymongo.errors import PyMongoError

from aura_gql.commands.data_folder import database_uri
from aura_gql.commands.database_words import database_words
from aura_gql.commands.errors import CommandError
from aura_gql.commands.overrides import with_overrides
from aura_gql.commands.sync_report import progress_of, summary_of
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import connect, init_documents
from aura_gql.infra.telemetry import configure_logging
from aura_gql.kernel.errors import DomainError
from aura_gql.server import DOCUMENTS, create_blob_store
from aura_gql.settings import Mode, Settings, load_settings
from aura_gql.storage.spooling import Spools
from aura_gql.template_parts import create_template_syncs
from aura_gql.templates.syncs.records import SyncTrigger, TemplateSyncRecord
from aura_gql.templates.syncs.service import TemplateSyncService


def run(arguments: argparse.Namespace) -> int:
    """Print how far it is and what came of it; CommandError where it failed."""
    mode = Mode.PRODUCTION if arguments.production else Mode.DEVELOPMENT
    settings = with_overrides(load_settings(mode), data_directory=arguments.data_dir)
    configure_logging("WARNING", settings.log_format, settings.environment)
    archive: Path | None = arguments.archive
    if archive is not None and not archive.is_file():
        raise CommandError(f"--archive: there is no file {archive}.", exit_code=2)
    uri = database_uri(settings, arguments.data_dir)
    sync = asyncio.run(_sync(settings, uri, archive, force=arguments.force))
    if sync.failure is not None:
        when = f" It can be asked again at {sync.failure.retry_at:%H:%M} UTC." if sync.failure.retry_at else ""
        raise CommandError(f"the templates were not synced: {sync.failure.message}{when}")
    print(summary_of(sync))
    return 0


async def _sync(settings: Settings, uri: str, archive: Path | None, *, force: bool) -> TemplateSyncRecord:
    blobs, bus = create_blob_store(settings), InProcessBus()
    spools = Spools(settings.server.data_directory / "spools")
    try:
        async with connect(settings.database, uri) as client:
            await init_documents(client[settings.database.mongodb_db_name], DOCUMENTS)
            syncs, _ = create_template_syncs(settings, blobs, spools, DurableJobs(), bus)
            telling = asyncio.create_task(_tell(syncs, settings.templates.template_repository))
            try:
                return await syncs.run_here(archive, force=force)
            finally:
                await bus.close()
                await telling
    except DomainError as error:
        raise CommandError(error.message) from error
    except OSError as error:
        raise CommandError(f"can't read or write a file: {error.strerror or error}.") from error
    except PyMongoError as error:
        raise CommandError(f"MongoDB does not answer: {database_words(error)}") from error
    finally:
        await blobs.close()


async def _tell(syncs: TemplateSyncService, repository: str) -> None:
    """Print each step as it begins, until the bus closes."""
    step = None
    with suppress(PyMongoError):  # Whoever syncs tells of it.
        async for sync in syncs.events():
            if sync is not None and sync.trigger is SyncTrigger.COMMAND and sync.step not in (None, step):
                step = sync.step
                print(progress_of(sync, repository), flush=True)
