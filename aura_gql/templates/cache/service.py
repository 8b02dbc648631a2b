"""Keeping templates at hand: what is read ahead, what counts as fresh, and what an administrator has forgotten."""

import logging
from collections.abc import Mapping
from time import monotonic
from typing import Final

from bson import ObjectId

from aura_gql.kernel.background import BackgroundTasks
from aura_gql.kernel.clock import utcnow
from aura_gql.storage.ports import BlobStore
from aura_gql.templates.cache.documents import find_stale, invalidate
from aura_gql.templates.cache.memory import TemplateMemory
from aura_gql.templates.cache.preloading import preload
from aura_gql.templates.cache.records import MemoryTally
from aura_gql.templates.cache.retention import ManifestRetention
from aura_gql.templates.errors import TemplateNotFound
from aura_gql.templates.ports import NeededRevisions, StaleTemplates

LOOKED_EVERY_S: Final = 60.0
"""How long a process that met stale templates does not look at them again."""

_log = logging.getLogger(__name__)


class TemplateCache:
    """Old data beats no data: what is stale is served, and the source is asked for news in the background."""

    def __init__(
        self, blobs: BlobStore, max_bytes: int, preloaded: int, source: StaleTemplates, needed: NeededRevisions
    ) -> None:
        """A memory of `max_bytes`, in which `preloaded` templates are before anybody asks for them."""
        self.memory = TemplateMemory(blobs, max_bytes, self._stale_met)
        """What this process remembers."""
        self._preloaded = preloaded
        self._source = source
        self._retention = ManifestRetention(needed)
        self._background = BackgroundTasks()
        self._looks_again_at_s = 0.0

    def start(self) -> None:
        """Read ahead in the background, and drop what was replaced long ago."""
        self._retention.start()
        if self._preloaded:
            self._background.spawn(self._preload(), "read popular templates ahead")

    async def stop(self) -> None:
        """Do nothing in the background any more."""
        await self._retention.stop()
        await self._background.cancel()

    async def invalidate(self, template_id: ObjectId) -> None:
        """Have every process forget the template, its source fetched anew by the next sync, and its blobs checked then.
        TemplateNotFound.
        """
        source = await invalidate(template_id, utcnow())
        if source is None:
            raise TemplateNotFound("There is no such template.", field=("templateId",))
        self.memory.forget(template_id)
        await self._source.forget(source)

    def tally(self) -> Mapping[str, MemoryTally]:
        """How often this process remembered what was wanted, and what that takes."""
        return self.memory.tally()

    def _stale_met(self) -> None:
        if monotonic() >= self._looks_again_at_s:
            self._looks_again_at_s = monotonic() + LOOKED_EVERY_S
            self._background.spawn(self._look(), "look at stale templates")

    async def _look(self) -> None:
        self.memory.forget_stale()
        # Another process may have renewed them since they were read.
        if await find_stale(utcnow()):
            await self._source.ask()

    async def _preload(self) -> None:
        count = await preload(self.memory, self._preloaded)
        _log.debug("Read %d files of popular templates ahead", count)
