"""The files of a template as far as a configuration may look into them, within bounds."""

import asyncio
from collections.abc import Sequence

from aura_gql.templates.records import TemplateFileRecord
from aura_gql.templates.service import TemplateService

MAX_CONFIGURABLE_SIZE = 256 * 1024
MAX_CONFIGURABLE_FILES = 1_000
MAX_CONFIGURABLE_TOTAL = 16 * 1024 * 1024
_READS_AT_ONCE = 8


def too_large(listing: Sequence[TemplateFileRecord]) -> str | None:
    """Why a template is too large to be changed, in words that continue "because"; None where it is not."""
    if len(listing) > MAX_CONFIGURABLE_FILES:
        return (
            f"the template has {len(listing):,} files, and at most {MAX_CONFIGURABLE_FILES:,} can be changed together"
        )
    total = sum(file.size for file in _readable(listing))
    if total > MAX_CONFIGURABLE_TOTAL:
        return (
            f"the template has {total:,} bytes of text, and at most {MAX_CONFIGURABLE_TOTAL:,} can be changed together"
        )
    return None


async def configurable_texts(templates: TemplateService, listing: Sequence[TemplateFileRecord]) -> dict[str, bytes]:
    """The bytes of the texts of up to 256 KiB, by path; the others exist, but stay as they are."""
    turns = asyncio.Semaphore(_READS_AT_ONCE)

    async def read(file: TemplateFileRecord) -> tuple[str, bytes]:
        async with turns:
            return file.path, await templates.content(file)

    return dict(await asyncio.gather(*map(read, _readable(listing))))


def _readable(listing: Sequence[TemplateFileRecord]) -> list[TemplateFileRecord]:
    return [file for file in listing if not file.is_binary and file.size <= MAX_CONFIGURABLE_SIZE]
