"""`aura-gql storage verify`: is what the database names there, and is what is there named?"""

import argparse
import asyncio
import json

from pymongo.errors import PyMongoError

from aura_gql import bounds
from aura_gql.commands.data_folder import database_uri
from aura_gql.commands.database_words import database_words
from aura_gql.commands.errors import CommandError
from aura_gql.commands.overrides import with_overrides
from aura_gql.commands.storage_report import StorageReport, line_of
from aura_gql.files.usage.counters import ProjectCounters
from aura_gql.infra.mongo import connect, init_documents
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.server import DOCUMENTS, blob_rooms, create_blob_store, usage_sources
from aura_gql.settings import Mode, Settings, load_settings
from aura_gql.storage.ports import BlobStore
from aura_gql.storage.quotas.counters import UserCounters
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.sweeping.sweeper import BlobSweeper
from aura_gql.storage.verifying.ports import Counters
from aura_gql.storage.verifying.records import Trouble
from aura_gql.storage.verifying.service import StorageVerification


def run(arguments: argparse.Namespace) -> int:
    """Print what is found; 1 where something is lost, or miscounted and not repaired."""
    mode = Mode.PRODUCTION if arguments.production else Mode.DEVELOPMENT
    settings = with_overrides(load_settings(mode), data_directory=arguments.data_dir)
    return int(asyncio.run(_verify(settings, database_uri(settings, arguments.data_dir), arguments)))


async def _verify(settings: Settings, uri: str, arguments: argparse.Namespace) -> bool:
    """Whether it failed."""
    store = create_blob_store(settings)
    try:
        async with connect(settings.database, uri) as client:
            await init_documents(client[settings.database.mongodb_db_name], DOCUMENTS)
            return await _report(_verification(settings, store, arguments), as_json=arguments.json)
    except StorageUnavailable as error:
        raise CommandError(f"The blob store does not answer: {error.message}") from error
    except PyMongoError as error:
        raise CommandError(f"MongoDB does not answer: {database_words(error)}") from error
    finally:
        await store.close()


def _verification(settings: Settings, store: BlobStore, arguments: argparse.Namespace) -> StorageVerification:
    rooms = blob_rooms()
    quotas = StorageQuotas(bounds.quota_limits(settings), usage_sources())
    # Users last: what they have is added up from the totals of their projects.
    counters: list[tuple[Trouble, Counters]] = [
        (Trouble.MISCOUNTED_PROJECT, ProjectCounters()),
        (Trouble.MISCOUNTED_USER, UserCounters(quotas)),
    ]
    sweeper = BlobSweeper(store, rooms, bounds.sweep_limits(settings))
    return StorageVerification(store, rooms, counters, sweeper, repair=arguments.repair, deep=arguments.deep)


async def _report(verification: StorageVerification, *, as_json: bool) -> bool:
    report = StorageReport()
    async for problem in verification.problems():
        report.add(problem)
        if not as_json:
            print(line_of(problem))
    tally = verification.tally
    print(json.dumps(report.as_json(tally), indent=2) if as_json else report.summary(tally))
    return report.is_failed
