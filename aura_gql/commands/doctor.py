"""`aura-gql doctor`: does everything that the server needs work here?"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from aura_gql.commands.checks import CHECKS_OF_SETTINGS, check_mongodb
from aura_gql.commands.errors import CommandError
from aura_gql.commands.findings import Finding, State, report
from aura_gql.commands.overrides import with_overrides
from aura_gql.settings import Mode, Settings, load_settings


def run(arguments: argparse.Namespace) -> int:
    """Print every finding; 1 where one keeps the server from working."""
    settings = load_settings(Mode.PRODUCTION if arguments.production else Mode.DEVELOPMENT)
    findings = asyncio.run(examine(settings))
    print(report(findings))
    return int(any(finding.state is State.FAILED for finding in findings))


async def examine(settings: Settings) -> list[Finding]:
    """All findings, tried in a folder of our own beside the data folder, which a running server may have."""
    place = _existing(settings.server.data_directory.absolute())
    try:
        folder = tempfile.TemporaryDirectory(prefix=".aura-doctor-", dir=place)
    except OSError as error:
        raise CommandError(f"DATA_DIRECTORY: {place} can't be written to: {error.strerror}.") from error
    with folder:
        tried = with_overrides(settings, data_directory=Path(folder.name))
        findings = await check_mongodb(tried, Path(folder.name))
        for check in CHECKS_OF_SETTINGS:
            findings += await check(tried)
        return findings


def _existing(path: Path) -> Path:
    """The nearest folder above `path` that is there: what lies in it lies on the same disk."""
    return next(folder for folder in path.parents if folder.is_dir())
