"""Remembering what most people will ask for, before anybody does."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from typing import Final

from aura_gql.kernel.errors import DomainError
from aura_gql.templates.cache.documents import find_popular
from aura_gql.templates.cache.memory import TemplateMemory
from aura_gql.templates.records import TemplateFileRecord, TemplateManifest

MAX_PRELOADED_BYTES: Final = 64 * 1024
"""Larger files wait until somebody wants them."""

_AT_ONCE = 4
_PART = 2

_log = logging.getLogger(__name__)


async def preload(memory: TemplateMemory, templates: int) -> int:
    """Remember what so many of the most popular templates hold and their small text files, as long as these take up to
    half of the memory; how many files. What the store can't give is passed over, and told in the log.
    """
    popular = await find_popular(templates)
    manifests = await memory.present(popular)
    waiting = _chosen((manifests[id] for id in popular if id in manifests), memory.max_bytes // _PART)

    async def read() -> int:
        # They share one iterator, so that each file is read by one of them.
        return sum([await _read(memory, file) for file in waiting])

    return sum(await asyncio.gather(*(read() for _ in range(_AT_ONCE))))


def _chosen(manifests: Iterable[TemplateManifest], max_bytes: int) -> Iterator[TemplateFileRecord]:
    seen: set[str] = set()
    left = max_bytes
    for manifest in manifests:
        for file in manifest.files:
            if file.is_binary or file.size > MAX_PRELOADED_BYTES or file.sha256 in seen:
                continue
            left -= file.size
            if left < 0:
                return
            seen.add(file.sha256)
            yield file


async def _read(memory: TemplateMemory, file: TemplateFileRecord) -> bool:
    try:
        await memory.content(file.sha256)
    except DomainError as error:
        _log.warning("The file %s of a template can't be read ahead: %s", file.path, error.message)
        return False
    return True
